"""Which top-level domains there are."""

from __future__ import annotations

_CC = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca "
    "cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr "
    "ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm "
    "jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq "
    "mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa "
    "re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn "
    "to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_GENERIC = (
    "com org net edu gov mil int info biz name pro museum aero coop jobs mobi travel cat asia post tel arpa academy "
    "app bio blog care center clinic cloud dental dev doctor email foundation global group health hospital "
    "institute international live med medical network online page pharmacy press research school science site "
    "solutions space store systems team tech technology today university website world xyz berlin paris london nyc "
    "swiss scot wales"
)
TOP_LEVEL = frozenset(_CC.split()) | frozenset(_GENERIC.split())
"""Top-level domains (IANA root zone: every country code, the generic ones seen in medicine)."""
_SPELLED = (
    "com org net edu gov mil int info biz ac uk de fr es nl se dk fi pl cz hu gr ch eu ru cn jp kr tw hk sg au nz "
    "ca br mx ar cl za ir tr il eg sa ae"
)
SPELLED_TOP_LEVEL = frozenset(_SPELLED.split())
"""Top-level domains that are no English word: "at each dot is" must not read as an address."""
