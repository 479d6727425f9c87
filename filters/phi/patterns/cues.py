"""Words after which a code stands in a patient's record, by class. Groups `clinical` and, where words stand
between, `record`.

Of each class there are cues that say by themselves that a number comes ("MRN", "account number"), and nouns that may
be followed by one ("insurance", "pacemaker"): after these, a code must look like one, or a number word must tie it.
Labels are those of English forms, and the common ones of the Spanish, French, Italian and German ones.
"""

from __future__ import annotations

from filters.phi.patterns.pattern import Pattern
from filters.phi.validators.following import Following, figures_code, lettered_code

_NO = (
    r"(?:\.?[ \t_]{0,2}(?:(?:numbers?|numeros?|num(?:ber)?s?|nos?|nr|ids?|identifiers?|identification|codes?|"
    r"ref(?:erence)?|n(?:ú?m(?:ero)?|uméro)?|nummer)\b\.?|n\.?[º°]|№)|\.?[ \t]{0,2}#|-(?:nr|nummer|id)\b\.?)"
)


def _any(words: str) -> str:
    """An expression of a list of words; a low line may join them to others, as in names of fields."""
    return rf"(?:\b|_)(?i:{words})(?:\b|_|[^\p{{L}}\p{{N}}\[])"


_MARKED: dict[str, tuple[str, ...]] = {
    "MRN": (
        r"e?-?mrn ?s?(?:\b|_|#)|m\.r\.n\.?|(?:e?mr|emr|ehr|mpi|empi|crn|urn|uhid|mrd|ipd?|opd?|cr|pid|hrn|"
        r"dmrn)" + _NO,
        r"(?:uhid|nhc|ipp|nip)\b|mr ?#|(?-i:NHI|URN)\b",
        r"(?:med(?:ical)?\.?|hosp(?:ital)?\.?|clinic|chart|unit|health|case|patient|pt\.?|electronic)[ -]?"
        r"(?:rec(?:ord)?s?\.?|file|chart|folder)" + _NO,
        r"(?:hosp(?:ital)?|clinic|unit|chart|patient|pt|record|file|folder|wrist ?band|arm ?band|"
        r"bracelet|"
        r"client|resident|person|facility)\.?(?:'?s)?" + _NO,
        r"(?:n[.ºo°]* ?(?:de )?)?historia cl[ií]nica|num[eé]ro de dossier|dossier(?: patient)?" + _NO,
        r"cartella(?: clinica)?|kranken(?:akte|blatt)|patienten-?(?:id|nr|nummer)|akte(?:nzeichen)?|id paziente|"
        r"(?-i:HRN|EMPI|UMRN|MPI)\b|pid[:#]|m#|id patient|(?:hosp(?:ital)?|patient|pt|clinic|opd?|"
        r"ipd?)\.? reg(?:istration|d|n)?" + _NO,
    ),
    "HEALTH_PLAN": (
        r"(?:(?:health|medical|dental|vision|private|primary|secondary|supplemental)[ -])?(?:insurance|insur|ins|"
        r"insured|plan|"
        r"policy(?:holder)?|coverage|payer|payor|benefits?)\.?(?:[ -](?:plan|policy|card|member|group|holder|"
        r"id))*(?:'s)?" + _NO,
        r"(?:member(?:ship)?|subscriber|beneficiary|enrollee|enrolment|enrollment|dependent|group|medicare|medicaid|"
        r"medi-?cal|"
        r"tricare|champus|hmo|ppo|epo|abha|certificate holder|cardholder|health ?card|ohip|carecard)"
        r"(?:'?s)?(?:[ -](?:plan|policy|card|member|group|beneficiary))*" + _NO,
        r"(?-i:PHN|OHIP|HCN|RAMQ|AHCIP|DVA)\b",
        r"mbi\b|hicn?\b|abha\b|versicherten-?(?:nr|nummer)|vers\.-?nr|kvnr|krankenkasse|tarjeta sanitaria|cip\b|"
        r"afiliaci[oó]n",
        r"adh[eé]rent|assur[eé]|mutuelle|nass|n[ºo.]* ?ss|cipa?|naf|nuss|tessera sanitaria|polizza|p[oó]liza|"
        r"carte vitale",
        # The insurer's name stands between; a pharmacy's routing numbers come before the member's.
        r"(?:insurance|insurer|ins|payer|payor|coverage)\b(?: is|:|\.)?[ \t]{1,3}(?:(?-i:[A-Z][\w&'-]*)[ ,]{1,3}){1,4}"
        r"(?:(?:member|policy|subscriber|plan|group) ?)?(?:ids?|numbers?|no\.?|#)",
        r"(?:rx ?)?(?:bin|pcn|grp)[ \t:#]{1,3}[A-Z0-9]{3,12}[ \t,;/|]{1,4}(?:member )?id|(?:rx ?)?(?:group|grp)[ \t]?:",
        r"cart[aã]o (?:do )?sus|(?-i:SUS)",
    ),
    "ACCOUNT": (
        r"(?:(?:bank|billing|patient|guarantor|hospital|invoice|checking|savings|current|credit|debit|financial|hsa|"
        r"fsa)[ -]){0,2}"
        r"(?:accounts?|accts?)\b\.?(?:[ -]?" + _NO[3:-1] + r")?",
        r"(?:a/c|invoice|bill(?:ing)?|statement|guarantor|routing|sort|aba|swift|bic|har|transaction|payment|receipt|"
        r"check|cheque|"
        r"cuenta|compte|conto|konto)(?: account)?" + _NO,
        r"(?:card|account) ending(?: in)?|iban\b|"
        r"(?:credit|debit|bank|payment|visa|master|mastercard|amex|hsa|gift|charge)[ -]?card" + _NO,
        r"(?:visa|master ?card|amex|american express|discover)(?: card)?(?: ending(?: in)?| #)?|(?:credit|debit|"
        r"bank|charge)"
        r"[ -]?card\b|(?:auf das |sul |sur le |a la )(?:cuenta|compte|conto|konto)",
    ),
    "LICENCE": (
        r"(?-i:RCVS|NMC|NMBI|PSNI|GOsC)\b(?:\.? ?(?:reg|pin)\b\.?)?",
        r"(?-i:GDC|GOC|HCPC|MCNZ|AHPRA|CPSO)\b|regd\.?" + _NO,
        # A register of a profession, or a member of one just before.
        r"(?:(?-i:MCI|NMC|GMC|GPhC|HPCSA|SMC|KMC|PMDC|PRC|COREN|NCISM)|council|prescriber|physician|doctor|pharmacist|"
        r"nurse|midwife|dentist|therapist|(?-i:M\.?D|MBBS|D\.?O|RN|NP|PA|RPh|PharmD))\b[^.;\n\d\[\]]{0,12}?"
        r"\breg(?:istration|istered|d|n)?" + _NO,
        r"(?:dea|npi|upin|gmc|nmc|lanr|rpps|adeli|clia|ncpdp|caqs?h)\b",
        r"(?:licen[cs]es?|lic\.?|permit|cert(?:ificate)?\.?)" + _NO,
        r"(?:(?:state|medical|physician|nurs(?:e|ing)|pharmac(?:y|ist)|professional|md|rn|np|pa|lpn|do|driver'?s?|"
        r"drivers'|driving|"
        r"operator'?s?|commercial|clinical|board|council|gmc|nmc|pilot'?s?|marriage|birth|death|training|"
        r"practi[cs]e|teaching|dental|gun|"
        r"handicap|concealed carry)[ -]){1,3}(?:licen[cs]es?|lic\.?|certificates?|cert\.?|certification|permit|"
        r"registration|reg)" + _NO,
        r"(?:driver'?s?|drivers'|driving|operator'?s?|medical|nursing) ?(?:licen[cs]e|lic\b\.?|permit)|\bcdl\b|"
        r"\bd/l\b|\bd\.?l\.?" + _NO,
        r"permis de conduire|permiso de conducir|carn[eé] de conducir|patente(?: di guida)?|f[uü]hrerschein|"
        r"colegiado|n[.ºo°]* ?col(?:\.|eg\.?)?|"
        r"iscrizione(?: all'ordine)?|approbation",
    ),
    "DEVICE": (
        r"serial(?:s|ized)?(?:" + _NO + r")?\b|s/n\b|\bsn" + _NO + r"|udi(?:-di|-pi)?\b|imei\b|\besn\b|gtin\b",
        r"(?:device|implant|unit|pump|lead|generator|monitor|meter|sensor|transmitter|asset|model|equipment|"
        r"prosthesis|valve|"
        r"component|battery|machine)"
        + _NO
        + r"|(?:asset|equipment|biomed|inventory)[ -]tags?|(?:ser|equip(?:ment)?)\.?"
        + _NO,
        r"serien-?(?:nr|nummer)|n[uúo.º°]*(?:m(?:\.|ero)?)? ?de s[eé]rie|num[eé]ro de s[eé]rie|n\S{0,3} di serie|"
        r"matricola",
    ),
    "BIOMETRIC": (
        r"(?:finger|thumb|hand|palm|voice|face|foot)[ -]?prints?|(?:palm|finger)[ -]?vein|biometrics?|"
        r"(?:iris|retinal?|face|facial|fingerprint|gait|vein|palm|hand|voice|speaker|dna|ear)[ -]?"
        r"(?:scans?|templates?|id|identifiers?|recognition|hash|code|profile|signature|pattern|geometry|record|"
        r"image|print)",
        r"huellas?(?: dactilar(?:es)?)?|empreintes?(?: digitales?)?|impront[ae](?: digital[ei])?|fingerabdr[uü]cke?|"
        r"voice ?id|"
        r"template" + _NO,
    ),
    "OTHER_ID": (
        r"(?:specimens?|accession|(?:surgical[ -])?path(?:ology)?|surg(?:ical)? ?path|"
        r"histo(?:log(?:y|ie|ique|ia)|pathology)?|"
        r"(?:esame )?istologico|histol[oó]gico|"
        r"cytology|biops(?:y|ia|ie)|"
        r"blocks?|slides?|samples?|lab(?:oratory)?|orders?|requisition|req|encounter|enc|visits?|episode|admission|"
        r"adm|csn|fin|"
        r"contact serial|study|trial|subject|participant|screening|randomi[sz]ation|registry|register|donor|"
        r"recipient|rx|"
        r"prescription|script|claims?|prior[ -]auth(?:orization)?|pre-?auth(?:orization)?|auth(?:ori[sz]ation)?|"
        r"referral|"
        r"employee|staff|provider|badge|passport|visa|nhs|ni|national insurance|national|tax(?:payer)?|"
        r"alien(?: registration)?|"
        r"state|military|student|veteran'?s?|inmate|prisoner|booking|incident|police report|report|case|ticket|"
        r"confirmation|"
        r"tracking|appointment|appt|booking|reservation|inquiry|message|document|doc|session|transplant|unos|"
        r"ref(?:erence)?|"
        r"ein|itin|tin|ssn|user|login|patient portal|image|study instance|radiology|imaging|exam|x-?ray|film|bag|"
        r"unit|tag|"
        r"voter|ration card|pan|aadhaa?r|adhar|citizen|identity(?: card)?|id card|insee|dni|nie|nif|tribal|"
        r"green card|i-?94|"
        r"run|band|kit|c-file|dictation|locker|door|gate|key ?safe|lock ?box|interpreter|"
        r"registration|enrol?lment|file|docket|court|job|work order|po|fall|s[eé]jour|episodio|"
        r"nosologico)\.?(?:'?s)?" + _NO,
        r"(?:aadhaa?r|adhar|passport|pasaporte|passeport|passaporto|reisepass|nino|dni|nie|nif|insee|nir|"
        r"codice fiscale|steuer-?id|"
        r"steueridentifikationsnummer|pan card|tax id|csn|a-number|nhs (?:number|no)|ni (?:number|no)|case file|"
        r"uuid|guid)\b",
        # Registers of other countries: Poland, the Netherlands, the North, Brazil, Mexico, Chile, Canada and so on.
        r"(?:pesel|bsn|personnummer|f[oø]dselsnummer|cpr-?(?:nr|nummer|number|no)|henkil[oö]tunnus|cpf|curp|rut|"
        r"nric|hkid|cnic|jmbg|oib|"
        r"egn|cnp|amka|tckn|ppsn?|ahv|emirates id|civil id|iqama|omang|rodn[eé] [cč][ií]slo|chi (?:number|no)|ihi|"
        r"(?-i:EIN|ITIN|TIN|RFC|SIN|AVS|NISS|NIN|NINO|CHI))\b",
        r"identified (?:as|by)|(?:unique |personal )?(?:ids?|identifiers?|identification)\b(?: ?#|" + _NO + r")?|"
        r"(?:ref|reference)\b\.?(?:[ -]?code)?|case ?#|code ?(?:number|no|#)|hash",
        r"(?:cards?|family|pedigree|kindred|proband|custody|collar|shoulder|warrant|pnc|dispatch|run|log|permit|"
        r"membership|crime|warranty|uscis|[a-z]-)"
        + _NO
        + r"|(?:badge|docket|tracking|c-file|claims? folder|run sheet|(?:aps|cps|dcfs|dhs|police|incident|crime|"
        r"accident) (?:report|intake|referral)|(?:bus|transit|rail|"
        r"travel|visitor|parking) pass|(?:union|library|membership|student) card)\b",
    ),
}
_NOUNS: dict[str, str] = {
    "MRN": r"charts?|med(?:ical|\.)? rec(?:ord)?s?|wrist ?band|id band|armband|case file|folder|pt|patient label|"
    "(?-i:MR)",
    "HEALTH_PLAN": r"insurance|insured|insurer|policy|plans?|member|subscriber|beneficiary|medicare|medicaid|hmo|"
    "ppo|coverage|"
    r"medi-cal|(?-i:MediCal)|aetna|cigna|humana|bcbs|blue (?:cross|shield)|united ?health ?care|kaiser|"
    r"tricare|health card|"
    r"payer|ins\b\.?|"
    r"prima|aseguradora|mutua|krankenkasse|assurance",
    "ACCOUNT": r"accounts?|acct|card|bank|invoice|billing|guarantor|debit|refund|wire|deposit|donations?|iban|konto|"
    "cuenta|compte|routing|(?-i:HAR)",
    "LICENCE": r"licen[cs]es?|licen[cs]ed|lic\b\.?|certificate|prescriber|registration|permit|physician id|(?-i:DL)",
    "DEVICE": r"serial|pace-?maker|icd|aicd|defibrillator|(?:insulin |infusion |pain |baclofen |feeding )?pump|cpap|"
    "bipap|"
    r"implants?|hearing aids?|generator|stimulator|lvad|vad|(?-i:SN)|transmitter|ventilator|sensor|glucometer|"
    r"glucose meter|cgm|monitor|"
    r"wheelchair|prosthe(?:sis|tic)|stent|graft|valve|shunt|device|controller|machine|concentrator|recall|biomed|"
    r"loop recorder|holter|scooter|port-?a-?cath|leads?",
    "BIOMETRIC": r"finger-?prints?|thumb-?prints?|biometric|iris|retinal? (?:scan|image)|face (?:id|scan|template)|"
    "template|kiosk",
    "OTHER_ID": r"specimens?|accession|(?:surg(?:ical)? )?path(?:ology)?|histology|biopsy|passport|encounter|visit|"
    "claim|referral|"
    "authorization|"
    r"prescription|rx|reference|registry|badge|participant|subject|donor|sample|slide|block|identified|id|ids|"
    r"identity|"
    r"registration|confirmation|lab|order|episodio|s[eé]jour|nosologico|(?-i:Fall)|aadhaa?r|visa|dni|tax|(?:prior|"
    r"pre)[ -]?auth(?:orization)?|(?-i:FIN|CSN)|enc",
}
_QUALIFIED = {
    "DEVICE": r"imei",
    # "fingerprint no longer read, ID", "palm vein match"
    "BIOMETRIC": r"(?:(?:finger|thumb|hand|palm|voice)[ -]?prints?|(?:palm|finger)[ -]vein|iris|retinal?|"
    r"palm[ -]scan|face ?id)\b[^.;:\n\d\[\]]{0,40}?(?:\b(?:ids?|numbers?|no|template|match(?:ed)?|record|"
    r"enrol?lment)|#)",
    "HEALTH_PLAN": r"(?:co-?pay|savings|gms|dps|medical|prescription|drug|benefits?|health(?:care)?|"
    r"insurance|plan|member) card(?:" + _NO + r")?",
    "OTHER_ID": r"(?:national insurance|ni|tax file|visa|trib(?:e|al) enrol?lment|(?:police|court|legal|attorney'?s?|"
    r"claims?|crime|(?-i:CPS|DHS|PD|MVA)|sheriff'?s?(?: office)?) (?:file|case|record|report)|(?:union|library|"
    r"student|membership|identity|id) card)\.?" + _NO,
}
"""Words that belong to another class by themselves ("insurance", "file", "card") and here to none but this one."""
_SHORT = {"MRN": 3, "OTHER_ID": 4, "HEALTH_PLAN": 4, "ACCOUNT": 4, "LICENCE": 4, "DEVICE": 4, "BIOMETRIC": 4}
"""Digits that are enough after a cue that says that a number comes."""
_VEHICLE = (
    r"vin" + _NO + r"?\b|vehicle[ -](?:identification|id|reg(?:istration)?|number)" + _NO + r"?|chassis|"
    r"fahrgestell(?:nummer)?|"
    r"bastidor|ch[aâ]ssis|telaio|(?:licen[cs]e|number|registration|vehicle|car|ambulance|truck|vanity|"
    r"trailer)[ -]?plates?|"
    r"(?:licen[cs]e|veh(?:icle)?|car|parking|handicap)[ -]?tags?|plates?|registration(?: mark| plate)?|"
    r"reg" + _NO + r"|(?:ambulance|vehicle|car|van)[ -]reg\b\.?|"
    r"kennzeichen|matr[ií]cula|immatricul[eé]e?|targata?|targa|tag"
)

_IN_PAPERS = ("MRN", "HEALTH_PLAN", "ACCOUNT", "LICENCE")
"""Classes of which papers have next to no numbers but those of patients and their doctors."""

QUALIFIED = tuple(
    Pattern(f"{kind.lower()}-qualified", kind, _any(words), Following(4, marked=True, private=True), group="clinical")
    for kind, words in _QUALIFIED.items()
)
"""Before all others."""
CUES = (
    Pattern("accession-short", "OTHER_ID", _any(r"acc" + _NO), lettered_code, group="record"),
    Pattern("account-short", "ACCOUNT", _any(r"acc" + _NO), Following(4, marked=True), group="clinical"),
    Pattern("account-card", "ACCOUNT", _any(r"card" + _NO), figures_code, group="clinical"),
    *(
        Pattern(
            f"{kind.lower()}-cue",
            kind,
            _any("|".join(words)),
            Following(_SHORT[kind], marked=True, dated=kind == "MRN", private=kind == "OTHER_ID"),
            group="clinical",
        )
        for kind, words in _MARKED.items()
    ),
    Pattern(
        "other_id-record", "OTHER_ID", _any("|".join(_MARKED["OTHER_ID"])), Following(4, marked=True), group="record"
    ),
    *(
        Pattern(f"{kind.lower()}-label", kind, _any("|".join(_MARKED[kind])), Following(5, marked=True, private=True))
        for kind in _IN_PAPERS
    ),
    Pattern(
        "vehicle-cue", "VEHICLE", _any(_VEHICLE), Following(least=5, long=6, marked=True, plate=True), group="clinical"
    ),
    *(
        Pattern(
            f"{kind.lower()}-noun",
            kind,
            _any(words),
            Following(_SHORT[kind] + 1, 6, dated=kind == "MRN", private=kind == "OTHER_ID"),
            group="clinical",
        )
        for kind, words in _NOUNS.items()
    ),
    Pattern("case-tied", "OTHER_ID", _any("case"), Following(5, 6, private=True), group="record"),
)
"""The value is tied to its cue."""

NEAR = tuple(
    Pattern(f"{kind.lower()}-near", kind, _any(words), Following(6, 6, near=True), group="record")
    for kind, words in {**_NOUNS, "VEHICLE": r"vin|vehicle|plate|car|registration"}.items()
)
"""Some words stand between; another rule that knows the same place better comes first."""
