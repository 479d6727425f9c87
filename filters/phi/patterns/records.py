"""Numbers of persons and of their records, where a cue or a check digit says what they are: safe in papers too."""

from __future__ import annotations

from filters.phi.patterns.pattern import BLANK, CODE, DASH, JOIN, NO, TO, Pattern
from filters.phi.validators import codes as check
from filters.phi.validators.following import Following, figures_near

_RUN = r"[A-Za-z]{0,4}-?\d[\dA-Za-z]*(?:[-/. ][\dA-Za-z]*\d[\dA-Za-z]*){0,5}"
"""A code of several groups, each with a digit in it."""

RECORDS = (
    Pattern(
        "ssn-cued",
        "SSN",
        rf"\d{{3}}[\n{JOIN[1:]}{{0,3}}\d{{2}}[\n{JOIN[1:]}{{0,3}}\d{{4}}\b",
        cue=rf"(?i:\b(?:ssns?|ss ?(?:#|no\b\.?|card|number)|itin|soc(?:ial|\.)?(?: sec(?:urity|\.)?)?{NO}?))"
        r"(?:[^\p{L}\d\n\[\]]{0,6}(?:\b(?i:is|was|number|no|us|card|on|file|as|of|it|"
        r"s)\b)?){0,4}[^\p{L}\d\n\[\]]{0,4}",
    ),
    Pattern(
        "ssn-last-digits",
        "SSN",
        r"\d{4}\b",
        cue=r"(?i:\b(?:last|final) (?:four|4)(?: (?:digits|numbers))?(?: of(?: (?:the|his|her|my|their|your))?)? "
        r"(?:ssn|social(?: security(?: number)?)?)\b[ \t]*(?:(?:is|are|was|were)\b)?[ \t:=-]{0,4})",
    ),
    Pattern(
        "ssn-last-four", "SSN", r"\d{4}\b", cue=r"(?i:\blast[ -](?:four|4)\b[ \t]*[:=#][ \t]{0,4})", group="clinical"
    ),
    Pattern(
        "ssn-hidden",
        "SSN",
        r"\b(?i:[x*#]{3})[- ](?i:[x*#]{2})[- ]\d{4}\b|[*]{3}[- ][*]{2}[- ]\d{4}\b",
    ),
    Pattern(
        "mrn",
        "MRN",
        CODE,
        check.long_code,
        cue=rf"(?:\bE?MR(?:{NO}|:)|\bMRNs?|\bMR ?#|"
        rf"(?i:\b(?:med(?:ical|\.)?|hospital|chart|unit|patient|clinic)[ -]rec(?:ords?|\.)?(?:{NO}|[:#])|"
        rf"\b(?:record|case ?file) ?#|"
        rf"\bUHID\b{NO}?|\b(?:MRD|IPD|OPD){NO})){TO}",
    ),
    Pattern(
        "mrn-patient",
        "MRN",
        CODE,
        check.longer_code,
        cue=rf"(?i:\b(?:patient|pt\.?|hospital|hosp\.?|chart|subject|case ?file|record|clinic)'?s?{NO}){TO}",
    ),
    Pattern(
        "case-official",
        "OTHER_ID",
        CODE,
        check.longer_code,
        cue=r"(?i:\b(?:(?-i:PD|CPS|DHS|DCFS|MVA)|police|sheriff'?s?(?: office)?|court|claims?|incident) "
        r"case ?#[: ]{0,2})",
    ),
    Pattern("mrn-case", "MRN", CODE, check.longer_code, cue=r"(?i:\bcase ?#[: ]{0,2})"),
    Pattern(
        "health-plan",
        "HEALTH_PLAN",
        CODE,
        check.plan_code,
        cue=r"(?i:\b(?:insurance|insur|insured|health[ -]?plan|health policy|policy|member|subscriber|beneficiary|"
        rf"medicare|medicaid|hicn|mbi|hmo|ppo)(?:[ -](?:plan|policy|card|claim|member|group))?{NO}){TO}",
    ),
    Pattern(
        "health-plan-code",
        "HEALTH_PLAN",
        r"#\d{6,}|#?[A-Z]{2,4}-?\d{5,}",
        cue=r"(?i:\b(?:insurance|insur|health[ -]?plan|policy|hmo|ppo)(?: (?:plan|policy|includes|with))*)"
        r"(?:[ \t]{0,2}(?:(?:is|was)\b|[:=(])){0,2}[ \t]{0,2}",
    ),
    Pattern("health-plan-hmo", "HEALTH_PLAN", r"\b(?:HMO|PPO)-\d{5,}\b"),
    Pattern(
        "health-plan-mbi",
        "HEALTH_PLAN",
        r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-[AC-HJKMNP-RT-Y]{2}\d{2}\b",
    ),
    Pattern(
        "account",
        "ACCOUNT",
        _RUN,
        check.longer_code,
        cue=rf"(?i:\b(?:account|acct\.?|acc\.|a/c)(?:ing)?{NO}|\bacct\b\.?|"
        rf"\b(?:bank|billing|guarantor|patient) account\b){TO}",
    ),
    Pattern(
        "licence-number",
        "LICENCE",
        CODE,
        check.longer_code,
        cue=rf"(?i:\b(?:dea|npi|licen[cs]e|(?:medical|nursing|birth|death) certificate){NO}|"
        rf"\b(?:driver'?s?'?|driving) licen[cs]e\b{NO}?|\bDL ?(?:#|{NO}|:)){TO}",
    ),
    Pattern("licence-dea", "LICENCE", r"[A-Z][A-Z9]\d{7}\b", check.dea, cue=r"\bDEA\b[ :#(]{1,3}"),
    Pattern(
        "licence-npi",
        "LICENCE",
        r"[12]\d{9}\b",
        check.npi,
        cue=r"\b(?i:NPI)\b[ \t:#=(.]{1,4}(?:(?i:is|number|no\.?|#)[ :#.]{1,3})?",
    ),
    Pattern(
        "passport",
        "OTHER_ID",
        r"[A-Za-z]{0,3}\d{5,9}[A-Za-z]{0,2}\d{0,5}\b",
        check.longer_code,
        cue=rf"(?i:\bpassport\b(?: card)?{NO}?){TO}",
    ),
    Pattern(
        "nhs",
        "OTHER_ID",
        r"\d{3}[ -]?\d{3}[ -]?\d{4}\b",
        cue=rf"(?i:\bnhs\b{NO}){TO}",
    ),
    Pattern(
        "case-numbers",
        "OTHER_ID",
        _RUN,
        check.longer_code,
        cue=r"(?i:\b(?:rx|encounter|admission|prescription|claim|prior[ -]auth(?:ori[sz]ation)?|referral|"
        r"authori[sz]ation|employer identification|ein|itin|"
        r"taxpayer identification|national insurance|ni|aadhaa?r|voter|alien registration|state id|military id|"
        r"employee|badge)"
        rf"{NO}){TO}",
    ),
    Pattern(
        "national-cued",
        "OTHER_ID",
        r"[A-Za-z]{0,6}-?\d(?:[ -]?[0-9A-Za-z]*\d[0-9A-Za-z]*){1,8}[A-Za-z]?\b",
        check.longer_code,
        cue=r"\b(?:(?i:aadhaa?r|codice fiscale|steuer-?id|national insurance|nino)|DNI|NIE|NIF|INSEE|NIR)\b"
        rf"{NO}?{TO}",
    ),
    Pattern(
        "nino",
        "OTHER_ID",
        r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \d{2} \d{2} \d{2} [A-D]\b",
        check.standing_apart,
    ),
    Pattern(
        "insee",
        "OTHER_ID",
        r"\b[12][ .]?\d\d[ .]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .]?(?:\d\d|2[AB])[ .]?\d{3}[ .]?\d{3}[ .]?\d\d\b",
        check.insee,
    ),
    Pattern("codice-fiscale", "OTHER_ID", r"\b[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]\b", check.codice_fiscale),
    Pattern(
        "iban",
        "ACCOUNT",
        rf"\b[A-Z]{{2}}\d{{2}}(?:[{BLANK}-]{{0,2}}[A-Z0-9]{{4}}){{2,7}}(?:[{BLANK}-]{{0,2}}[A-Z0-9]{{1,4}})?\b",
        check.iban,
    ),
    Pattern(
        "card",
        "ACCOUNT",
        r"\b[3-6]\d{3}(?: \d{4}){3}\b|\b[3-6]\d{3}(?:-\d{4}){3}\b|\b3[47]\d{2}[ -]\d{6}[ -]\d{5}\b",
        check.card,
    ),
    Pattern("ssn", "SSN", rf"\b\d{{3}}[{DASH}]\d{{2}}[{DASH}]\d{{4}}\b", check.social_security),
)

NUMBERS = (
    Pattern(
        "iban-lower",
        "ACCOUNT",
        r"\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,4})?\b",
        check.iban,
        group="record",
    ),
    Pattern("card-plain", "ACCOUNT", r"\b[3-6]\d{12,18}\b", check.card, group="record"),
    Pattern(
        "health-plan-mbi-plain",
        "HEALTH_PLAN",
        r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[- ]?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[- ]?"
        r"[AC-HJKMNP-RT-Y]{2}\d{2}\b",
        check.standing_apart,
        group="clinical",
    ),
    Pattern("nhs-shape", "OTHER_ID", r"\b\d{3} \d{3} \d{4}\b", check.nhs, group="record"),
    Pattern("dni", "OTHER_ID", r"\b(?:\d{8}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z]\b", check.dni, group="record"),
    Pattern("aadhaar", "OTHER_ID", r"\b[2-9]\d{3} \d{4} \d{4}\b", check.aadhaar, group="record"),
    Pattern("abha", "HEALTH_PLAN", r"\b\d{2}-\d{4}-\d{4}-\d{4}\b", check.standing_apart, group="record"),
    Pattern("ssn-spaced", "SSN", r"\b\d{3} \d{2} \d{4}\b", check.standing_apart, group="record"),
    Pattern(
        "ssn-cue",
        "SSN",
        r"(?i)\b(?:ssns?|ss ?(?:#|no\b\.?|card|number)|itin|soc(?:ial)?\.?(?: sec(?:urity)?\.?)?)",
        Following(4, 9, marked=True),
        group="clinical",
    ),
    Pattern("card-cue", "ACCOUNT", r"(?i)\bcc\b", Following(12, 12), group="record"),
    Pattern("ssn-short-cue", "SSN", r"\bSS\b", Following(9, 9), group="clinical"),
    Pattern("ssn-near", "SSN", r"(?i)\b(?:ssns?|social)\b", figures_near, group="record"),
)
"""By shape and check digit, where nothing but a patient's record is read."""

SHAPES = (
    Pattern("pan", "OTHER_ID", r"\b[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]\b", check.standing_apart, group="record"),
    Pattern(
        "nino-plain",
        "OTHER_ID",
        r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]\b",
        check.standing_apart,
        group="record",
    ),
)
"""As `NUMBERS`, without a check digit: a cue knows better."""
