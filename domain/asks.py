"""What a text asks for in free words (product B): consumers, to be left alone; we, for an opt-in.

A consumer who asks to stop without one of the command words is shown to a person, who decides.
Nothing is ever done on this alone, so the recogniser may err on the side of asking.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from domain.commands import folded

# So much of a text is read: who asks to stop does so early.
READ_AT_MOST = 2_000


class Asks(StrEnum):
    """OPT_IN is ours. A consumer's STOP waits for a decision; obeyed or dismissed, it was made."""

    OPT_IN = "opt_in"
    STOP = "stop"
    STOP_OBEYED = "stop_obeyed"
    STOP_DISMISSED = "stop_dismissed"


def asks_to_stop(text: str) -> bool:
    """Whether a text asks, in English or Spanish, to get no more messages."""
    read = text[:READ_AT_MOST]
    sentences = [_plain_words(sentence) for sentence in (read, *_SENTENCE_ENDS.split(read))]
    clauses = [_plain_words(clause) for clause in _CLAUSE_ENDS.split(read)]
    return any(_ALONE.fullmatch(words) for words in (*sentences, *clauses)) or any(
        not (_ENDING.match(found[0]) and _SAYS_OTHERWISE.search(words[: found.start()]))
        for words in sentences[1:]
        for request in _REQUESTS
        for found in request.finditer(words)
    )


def is_opt_in_request(text: str, wordings: Iterable[str]) -> bool:
    """Whether a text of ours says one of the wordings that ask for consent; what stands in place
    of its variables may be anything."""
    said = folded(text)
    return any(_says(said, wording) for wording in wordings)


def _says(said: str, wording: str) -> bool:
    literal = [folded(part) for part in re.split(r"@\{[^}]*\}", wording)]
    at = 0
    for part in literal:
        found = said.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    # Variables and punctuation alone ask for nothing: any text of an agent's would say them.
    return any(char.isalnum() for part in literal for char in part)


def _plain_words(text: str) -> str:
    """Small letters without accents, single spaces, no punctuation; "s.t.o.p" is a word."""
    bare = "".join(
        char
        for char in unicodedata.normalize("NFD", folded(text))
        if not unicodedata.combining(char)
    )
    spaced = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['\u2019\u02bc`\u00b4]", "", bare)).strip()
    return re.sub(r"\b(?:[a-z] ){2,}[a-z]\b", lambda found: found[0].replace(" ", ""), spaced)


_SENTENCE_ENDS = re.compile(r"[.!?;\n\u2026]+")
_CLAUSE_ENDS = re.compile(r"[.!?;,\n\u2026]+")
_STOP = r"(?:sto+p+|quit|cease|discontinue)"
_DONT = r"(?:dont|do not|never|please no longer)"
_TEXTS = (
    r"(?:txts?|texts?|messages?|msgs?|sms|notifications?|spam|promos?|promotions|ads|alerts"
    r"|reminders)"
)
_SEVERAL = (
    r"(?:txts|texts|messages|msgs|sms|notifications|spam|promos|promotions|ads|alerts|reminders)"
)
_TEXTING = r"(?:txting|texting|messaging|msging|contacting|spamming|bothering|bugging|harassing)"
_MENSAJES = r"(?:mensajes?|mensajitos|textos?|sms|notificaciones|publicidad|promociones|spam)"
_UP_TO = r"(?:\w+ ){0,%d}"
_FEW, _SOME = _UP_TO % 3, _UP_TO % 5
_UNSUBSCRIBE = (
    r"(?:un ?subscribe|unsub|unsuscribe|unsubcribe|unsubsribe|unsubscibe|unsubscrib|unsibscribe"
    r"|unscribe)"
)
# What may follow a request that says nothing else.
_END = (
    r"(?: (?:please|pls|plz|now|asap|immediately|already|again|thanks|thank you|por favor|gracias"
    r"|ya))*$"
)

# The whole message is a word for it and words that add nothing.
_FILLER = (
    r"(?:please|pls|plz|now|just|ok|okay|it|this|all|already|thanks|thank|you|i|said|"
    r"can|could|would|will|you|u|told|asked|to|"
    r"por|favor|ya|gracias|todo|esto|dije|ahora|mismo)"
)
_ALONE = re.compile(
    rf"(?:{_FILLER} )*(?:sto+p+(?: all)?|stopall|{_STOP} sending(?: me| us)?|please quit|pls quit|"
    rf"{_UNSUBSCRIBE}|optout|opt out|remove me|cease and desist|alto|pare|paren|detengan?se|basta|"
    r"baja|parar|desuscribir|desuscribirme|cancelar suscripcion)"
    rf"(?: (?:{_FILLER}|sto+p+|alto|basta))*"
)

_REQUESTS = [
    re.compile(rf"\b{request}\b")
    for request in (
        # English.
        rf"{_STOP} {_FEW}{_TEXTING}",
        # "The automated messages"; "stop ignoring my messages" and "stop by" are no such thing.
        rf"{_STOP} (?:(?:annoying|marketing|(?!\w+ing\b|by\b|at\b|and\b|to\b)\w+) ){{0,3}}"
        rf"{_SEVERAL}",
        rf"{_STOP} (?:(?:all|any|the|these|those|this|your|more|with|w|of) ){{0,4}}{_TEXTS}",
        rf"(?:want|like|need) to {_STOP} (?:getting|receiving) (?:this|these|those|them|it)$",
        rf"^{_STOP} (?:i am|im|this is|you have|wrong) ",
        rf"end (?:all |the |these |those |your ){{0,2}}{_TEXTS}",
        rf"{_STOP} (?:sending|getting|receiving) {_SOME}{_TEXTS}",
        rf"{_STOP} sending (?:me )?(?:this|these|them|those|anything|everything|stuff|things)"
        rf"(?: stuff| things)?{_END}",
        rf"{_DONT} (?:ever )?(?:text|txt|message|msg|contact|sms)"
        r" (?:me|us|my|this|here|again|any ?more)",
        rf"{_DONT} send (?:(?:me|us|my|any|more|anymore|these|those|your|other) ){{0,4}}"
        rf"(?:{_TEXTS}|anything (?:else|more))",
        rf"^(?:please )?{_DONT} (?:ever )?(?:text|txt|message|msg|contact)$",
        # "You don't send anything" complains of the contrary.
        r"(?<!\bi )(?<!we )(?<!you )(?<!\bu )(?<!they )(?:dont|do not) send (?:me |us )?"
        rf"anything{_END}",
        rf"{_DONT} send (?:me |us )?(?:any ?)?more(?: of (?:this|these|those|them))?$",
        rf"{_STOP} (?:all |any |further ){{0,2}}(?:communications?|contact(?! (?:lens|form|info)))",
        rf"{_DONT} (?:ever )?(?:call|phone|e ?mail) (?:or|nor|and)"
        r" (?:text|txt|message|msg|contact|sms)",
        r"(?:revok|withdraw|rescind)\w* (?:\w+ ){0,2}(?:consent|permission)",
        rf"(?:dont|do not|no longer|never) consent(?:ed)?"
        rf"(?:$| to {_SOME}(?:{_TEXTS}|{_TEXTING}|contacted|contact))",
        rf"cancel (?:all |the |these |those |my |your ){{0,2}}{_TEXTS}",
        rf"(?:dont|do not|no longer) (?:want|wish|like|need) {_SOME}"
        rf"(?:{_TEXTS}|texted|messaged|contacted)",
        r"(?:dont|do not|no longer) (?:want|wish|like|need) (?:you|u|yall|anybody|anyone) to"
        r" (?:ever )?(?:txt|message|msg|contact|bother) (?:me|us)",
        r"(?:dont|do not|no longer|never) (?:ever )?(?:want|wish|care|like|need) to (?:ever )?hear"
        r" (?:anything |any ?more )?from (?:you|u|yall|your company|this number)"
        r"(?! (?:that|why|how|when|what|if|until|till|before|after|unless|about)\b)",
        r"(?:(?:dont|do not) (?:want|wish|like|need|care) to (?:receive|keep getting)"
        r"|no longer (?:want|wish|like|need|care) to (?:get|receive))"
        rf" (?:this|these|those|them|anything){_END}",
        rf"no more {_UP_TO % 2}{_TEXTS}",
        rf"enough (?:of|with) (?:all )?(?:the|these|this|your) {_TEXTS}",
        rf"^enough {_SEVERAL}",
        rf"wrong (?:person|number|phone) (?:please |pls |plz )?(?:{_STOP}|remove|delete){_END}",
        r"(?:take|remove|delete|drop) (?:me|us|my (?:phone |cell )?(?:number|contact|name|phone)"
        rf"|this (?:phone )?number)(?: off| from| out|{_END})",
        rf"(?:{_UNSUBSCRIBE}|opt (?:me |us )?out|optout|opting out)",
        r"(?:be|get) (?:removed|taken off|deleted) (?:off|from) (?:your|this|the|all)"
        r" (?:\w+ )?lists?",
        r"cancel (?:my|this|the) (?:subscription|sub)$",
        r"leave me alone",
        r"lose (?:my|this) number",
        r"get (?:me|us|my number) off (?:of )?(?:your|this|the|that|all) (?:\w+ )?lists?",
        r"not interested remove",
        r"this is spam",
        # Spanish.
        rf"(?:deteng\w+|detener|suspend\w+|par(?:e|en|ar)) (?:ya )?(?:los |estos |sus |las )?"
        rf"{_MENSAJES}",
        r"(?:deje|dejen|deja|dejad|dejar|pare|paren|para|basta|detenga|detengan) (?:ya )?(?:de|con)"
        rf" {_FEW}(?:enviarme|mandarme|escribirme|molestarme|contactarme|enviarnos|escribirnos"
        rf"|textearme|acosarme|molestar|{_MENSAJES})",
        r"no (?:me|nos) (?:vuelv\w+ a )?(?:escrib\w+|contact\w+|molest\w+|text\w+)",
        rf"no (?:me|nos) (?:vuelv\w+ a )?(?:envi\w+|mand\w+) (?:(?:mas|nada|estos|esos|sus|ningun)"
        rf"|{_MENSAJES})",
        r"no vuelv\w+ a (?:escribir|contactar|molestar|textear)(?:me|nos)",
        rf"no vuelv\w+ a (?:mandar|enviar)(?:me|nos)? {_FEW}(?:mas|nada|{_MENSAJES})",
        rf"no (?:autorizo|acepto|consiento) {_SOME}{_MENSAJES}",
        r"(?:retir|revoc)\w* (?:mi|el) (?:consentimiento|permiso)",
        rf"no (?:envi|mand)(?:e|es|en) (?:(?:me|nos|mas|nada|estos|esos|sus) ){{0,2}}{_MENSAJES}",
        rf"no (?:envi|mand)(?:e|es|en) (?:mas )?nada(?: mas)?{_END}",
        rf"no (?:molest(?:e|es|en)|escrib(?:a|as|an)|contact(?:e|es|en)|texte(?:e|es|en))"
        rf"(?: mas| nunca|{_END})",
        r"favor de no (?:molestar|escribir|contactar|textear)(?:me|nos)?",
        rf"(?:no|ya no) (?:quiero|deseo|quisiera|necesito) {_SOME}(?:{_MENSAJES}"
        r"|(?:me|nos) (?:escriban?|contacten?|envien?|manden?|molesten?))",
        rf"no mas {_UP_TO % 2}{_MENSAJES}",
        r"(?:darme|darnos|darse|deme|denme|dame|dar|dese|den|quiero|solicito|pido) (?:de )?(?:la )?"
        r"baja",
        r"(?:quit|borr|elimin|sac|saqu|retir)\w*(?:me|nos) de\b",
        r"(?:quit|borr|elimin|saqu|retir)\w* mi (?:numero|telefono|contacto|nombre)",
        r"cancel\w* (?:la |mi |esta )?(?:suscripcion|inscripcion)",
        rf"cancel\w* (?:los |estos |sus )?{_MENSAJES}",
        r"dej\w+ en paz",
    )
]
# "Why did you stop texting me?" asks for the contrary, and so does "no dejen de escribirme"; but
# "you never stop texting me" complains.
_ENDING = re.compile(rf"{_STOP}|dej|par[ea]|deten")
_SAYS_OTHERWISE = re.compile(
    r"(?:\b(?:did|didnt|have|havent|has) (?:you|u|they|it)|\bwhy (?:you|u)|\b(?:dont|do not|"
    r"(?<!you )(?<!u )never|(?:i|we) wont|cant|cannot|didnt)(?: ever| want(?: you)? to"
    r"| please)?|\bno) $"
)
