"""Vehicles, devices, photographs, pages and names of users, by their own shape."""

from __future__ import annotations

from filters.phi.patterns.pattern import Pattern
from filters.phi.validators import addresses, things
from filters.phi.validators import codes as check

_IMAGE = r"(?:jpe?g|jfif|png|gif|bmp|tiff?|hei[cf]|webp|raw|cr2|nef|arw|dng|svg|dcm|dicom|mp4|mov|avi|m4v|wmv|webm|3gp)"
_NAME = r"[\p{L}\p{N}_][\p{L}\p{N}_.~+@()\x{2010}-\x{2013}\x{2212}-]*"
_GAP = r"[-\s\x{a0}\x{2000}-\x{2015}\x{202f}\x{2212}]"
_FACE = (
    rf"(?:fu[l1]{{2}}{_GAP}{{0,2}}faced?|face{_GAP}{{0,2}}on|facial|fronta[l1]{_GAP}(?:face|facial)|"
    rf"head{_GAP}{{0,2}}(?:and|&){_GAP}{{0,2}}shou[l1]ders?|portrait|mug ?shot|selfie)"
)
_PHOTO = r"(?:photo(?:graph)?(?:s|ic images?)?|pictures?|i(?:m|rn)ages?|pics?|snapshots?|portraits?|shots?|videos?)"
_NETWORK = (
    r"(?:instagram|insta|ig|twitter|tik ?tok|facebook|fb|snap ?chat|linkedin|reddit|telegram|discord|skype|"
    r"you ?tube|whatsapp|wechat|"
    r"venmo|cash ?app|paypal|face ?time|mastodon|bluesky|pinterest|twitch|kik)"
)

THINGS = (
    Pattern("vin", "VEHICLE", r"\b[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{8}\b", check.vin, group="clinical"),
    Pattern(
        "device-udi",
        "DEVICE",
        r"\([0O][1lI]\)[ ]?[\dA-Z]{13,15}(?:[ ]?\([\dlIO]{2,3}\)[ ]?[0-9A-Za-z][0-9A-Za-z./_-]{0,19})*",
        group="clinical",
    ),
    Pattern("device-udi-hibc", "DEVICE", r"\+[A-Z][0-9]{3}[0-9A-Z]{2,18}(?:/\$*[0-9A-Z/+$]{4,40})", group="record"),
    Pattern(
        "device-mac",
        "DEVICE",
        r"\b[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})\b|"
        r"\b[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\b",
        things.hardware_address,
        group="clinical",
    ),
    Pattern(
        "uuid",
        "OTHER_ID",
        r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        group="record",
    ),
    Pattern("oid", "OTHER_ID", r"\b[12]\.\d{1,3}\.\d{2,7}(?:\.\d{1,20}){5,20}\b", things.instance, group="record"),
    Pattern(
        "biometric-hash",
        "BIOMETRIC",
        r"[0-9a-fA-F]{16,128}",
        things.digest,
        cue=r"(?i:finger ?print|thumb ?print|hand ?print|palm|voice ?print|iris|retina|face|facial|biometric|template)"
        r"[^.;\n\[\]]{0,40}?[ :(#=]",
        group="clinical",
    ),
    Pattern("photo-file", "PHOTO", rf"(?i){_NAME}\.{_IMAGE}\b", things.file_name, group="clinical"),
    Pattern(
        "photo-camera",
        "PHOTO",
        r"\b(?:IMG|DSC[NF]?|DSCF|PXL|MVI|DCIM|P10)[_-]?\d{3,8}(?:[_-]\w{1,30})?",
        group="clinical",
    ),
    Pattern(
        "photo-face",
        "PHOTO",
        rf"(?i)\b(?:(?:fronta[l1]|c[l1]ose{_GAP}?up|unmasked|identifiable|"
        rf"lateral){_GAP}{{1,2}})?{_FACE}{_GAP}{{1,3}}{_PHOTO}\b",
        group="clinical",
    ),
    Pattern(
        "photo-face-to-camera",
        "PHOTO",
        r"(?i)\b(?:full[- ]face|face-on|facial) (?:view|shot|close-?up)s?\b",
        group="clinical",
    ),
    Pattern(
        "url", "URL", r"(?i)\b(?:https?|ftps?|sftp|ssh|file)://[^\s<>\"\[\]]+", addresses.personal_url, group="record"
    ),
    Pattern(
        "url-www",
        "URL",
        r"(?i)\bwww\d?\.[\p{L}\p{N}\x{2010}-\x{2013}\x{2212}-]+(?:\.[\p{L}\p{N}\x{2010}-\x{2013}\x{2212}-]+)+[^\s<>\"\[\],;]*",
        addresses.url,
        group="record",
    ),
    Pattern(
        "url-bare",
        "URL",
        r"(?i)\b(?:[\p{L}\p{N}][\p{L}\p{N}-]*\.)+[a-z]{2,12}(?:/[^\s<>\"\[\],;]*)?",
        addresses.bare_url,
        group="record",
    ),
    Pattern("handle-reddit", "OTHER_ID", r"\bu/[A-Za-z][A-Za-z0-9_-]{5,19}\b", things.user_name, group="clinical"),
    Pattern(
        "url-profile",
        "URL",
        r"(?i)\b(?:https?://)?(?:[a-z]{2,3}\.)?(?:facebook|fb|instagram|twitter|x|tiktok|linkedin|reddit|youtube|t|"
        r"snapchat|"
        r"pinterest|gofundme|caringbridge|strava|venmo)\.(?:com|me|org)/[^\s<>\"\[\],;]{2,}|"
        r"\b(?:https?://|www\.)[^\s<>\"\[\]]{4,200}/(?:~|@|users?/|profiles?/|u/|in/|people/|"
        r"member/)[^\s<>\"\[\],;]+|"
        r"\bhttps?://(?:[\p{L}\p{N}-]+\.)*(?:mychart|my-?chart|(?:patient)?portal|myhealth|"
        r"patients?)\.[^\s<>\"\[\]]+",
        addresses.url,
        group="clinical",
    ),
    Pattern("handle", "OTHER_ID", r"@[A-Za-z0-9_](?:[A-Za-z0-9_.]{1,28}[A-Za-z0-9_])", things.handle, group="clinical"),
    Pattern(
        "user-login",
        "OTHER_ID",
        r"[A-Za-z]{2,20}(?:[._][A-Za-z]{1,20})?_?\d{1,6}\b",
        cue=r"(?i:\b(?:user|log-?in)(?: ?-?id)?)[ \t:]{1,3}",
        group="record",
    ),
    Pattern(
        "user-name",
        "OTHER_ID",
        r"@?[A-Za-z0-9][A-Za-z0-9_.-]{2,29}",
        things.user_name,
        cue=rf"(?i:\b(?:{_NETWORK}(?: (?:handle|id|user(?:name)?|account|name|profile))?|user ?-?(?:name|id)|handle|"
        r"screen ?name|log-?in(?: (?:id|name))?|nickname|gamer ?tag))[ \t]{0,2}(?:(?:is|was)\b[ \t]*|"
        r"[:=(#][ \t]*)\"?",
        group="clinical",
    ),
)
