"""Free words that ask to stop, in English and Spanish; and our own that ask for consent (B)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.asks import asks_to_stop, is_opt_in_request
from domain.commands import recognise

REQUESTS = [
    "Please stop texting me",
    "don't send me any more messages",
    "do not send me texts",
    "please dont send anything else",
    "quit bugging me",
    "please cease all communication",
    "cancel these messages",
    "stop texting",
    "STOP MESSAGING ME!!!",
    "Can you stop contacting me?",
    "could u please stop sending me these messages",
    "I want you to stop texting me",
    "You need to stop spamming me",
    "stop sending me stuff",
    "stop all messages",
    "Stop these texts",
    "please stop",
    "stop please",
    "Stop stop stop",
    "STOOOP",
    "S.T.O.P",
    "s t o p",
    "Stop it now",
    "I said stop!",
    "just stop",
    "Don't text me",
    "do not text",
    "Wrong person, lose my number",
    "This is spam.",
    "I'd like to stop receiving these messages",
    "Cease and desist.",
    "end these texts",
    "stop w the texts",
    "don't send me any more of these",
    "Get me off this list",
    "Not interested, remove",
    "no env\u00eden m\u00e1s mensajes",
    "no molesten m\u00e1s",
    "No escriban.",
    "don\u2019t text me again",
    "Do not contact me anymore.",
    "never message me again",
    "I don't want these texts",
    "I do not wish to receive any more messages",
    "I no longer want to get your texts",
    "i dont want to be contacted",
    "No more texts please",
    "no more messages",
    "Take me off your list",
    "remove me from this list",
    "Remove my number",
    "delete my phone number from your system",
    "How do I unsubscribe?",
    "unsubscribe me please",
    "opt me out",
    "I want to opt-out",
    "opt-out",
    "leave me alone",
    "I can't unsubscribe, help",
    "quit texting me",
    "Por favor, dejen de escribirme",
    "dejen de mandarme mensajes",
    "Deje de enviarme textos",
    "Pare de molestarme",
    "basta de mensajes",
    "No me escriban m\u00e1s",
    "no me contacten",
    "no me vuelvan a escribir",
    "No me env\u00eden m\u00e1s mensajes",
    "no me manden nada",
    "Ya no quiero recibir mensajes",
    "No quiero que me escriban",
    "no deseo recibir m\u00e1s SMS",
    "No m\u00e1s mensajes, por favor",
    "Quiero darme de baja",
    "denme de baja",
    "quiero la baja",
    "Qu\u00edtenme de su lista",
    "b\u00f3rrenme de la lista",
    "Borren mi n\u00famero",
    "eliminen mi tel\u00e9fono",
    "cancelar mi suscripci\u00f3n",
    "\u00a1Alto!",
    "Basta ya",
    "paren por favor",
    "d\u00e9jenme en paz",
    "Wrong number, stop",
    "Not interested, stop",
    "no thanks, stop",
    "Wrong person, please stop",
    "STOP I am not Maria",
    "stop, this is the wrong number",
    "can you please stop",
    "I told you to stop",
    "I asked you to stop",
    "please quit",
    "i want to stop receiving these",
    "cancel my subscription",
    "I'd like to be removed from your list",
    "Detenga los mensajes",
    "Det\u00e9nganse, no quiero m\u00e1s",
    "suspender mensajes",
    "dejar de recibir mensajes",
    "You won't stop texting me",
    "your system wont stop texting me",
    "you never stop texting me",
    "please stop sending",
    "Can you stop sending me?",
    "stop sending them",
    "do not send anything",
    "Please don't send me anything again",
    "unsuscribe",
    "pls un-subscribe me",
    "wrong number remove me please",
    "wrong number please stop",
    "delete my number now",
    "I don't want to hear from you",
    "I never want to hear from you again",
    "I don't want you to contact me",
    "I no longer wish to receive these",
    "enough with these messages",
    "No more alerts",
    "please discontinue messages",
    "No moleste m\u00e1s",
    "no molestes",
    "No escriba m\u00e1s",
    "No env\u00ede m\u00e1s mensajes",
    "no manden nada por favor",
    "favor de no molestar",
    "please stop these annoying messages",
    "stop the automated messages",
    "stop your promotional messages",
    "can you stop the automatic texts on my account",
    "stop all contact",
    "stop any further contact",
    "do not call or text this number",
    "don't ever call or text me",
    "do not email or text",
    "I revoke my consent",
    "I am withdrawing my consent to receive texts",
    "I do not consent",
    "I never consented to these messages",
    "enough texts",
    "no vuelvan a escribirme",
    "no vuelva a mandarme mensajes",
    "no vuelvan a enviar nada",
    "no autorizo mensajes",
    "No autorizo que me env\u00eden publicidad",
    "retiro mi consentimiento",
    "darse de baja",
]
OTHERS = [
    "The end of your message was cut",
    "Do not text messages arrive?",
    "Please don't send more blue ones",
    "get me off the hook with this bill",
    "No more than two, please",
    "no more blue ones",
    "Is this spam?",
    "no m\u00e1s de dos",
    "no molesten al perro",
    "stop getting the wrong size",
    "",
    "hello",
    "Why did you stop texting me?",
    "Have you stopped texting? Did you stop sending me updates?",
    "I stopped getting your texts",
    "Please don't stop texting me",
    "I never want you to stop",
    "no dejen de escribirme",
    "I'll stop by the store at five",
    "Where is the bus stop?",
    "Please stop my order",
    "Can you stop the delivery?",
    "stop sending me the wrong size",
    "I can't stop laughing",
    "nonstop flight",
    "Please cancel my order",
    "the end",
    "I don't want the blue one",
    "I do not want to pay for that",
    "Text me when it ships",
    "Don't call me, text me",
    "Do not send it to my old address",
    "I did not get your message",
    "No more questions, thank you",
    "Can you remove the second item?",
    "Take me to an agent",
    "yes",
    "1",
    "Hola, quiero cambiar mi pedido",
    "No quiero el azul",
    "No me lleg\u00f3 el mensaje",
    "No me env\u00eden el pedido a casa",
    "Es para mi madre",
    "\u00bfPara cu\u00e1ndo llega?",
    "Ella es alta y yo soy baja de estatura",
    "Cancele mi pedido",
    "no, nada m\u00e1s",
    "No m\u00e1s, gracias",
    "Mi n\u00famero es 5",
    "stop by tomorrow",
    "can you stop the order?",
    "I won't stop buying from you",
    "don't stop",
    "I never stop texting my mother about you",
    "please quit the chat and call me",
    "I told you to stop the order",
    "cancel my subscription box for May",
    "please stop sending me to voicemail",
    "When do you stop sending catalogs to Canada?",
    "Do not send anything to my old address",
    "Please don't send anything before Monday",
    "You don't send anything",
    "If you do not send anything by Friday I want a refund",
    "I did not send anything",
    "How do I subscribe?",
    "Remove me as the second driver, please",
    "Sorry, wrong number of items",
    "I don't want to hear from your manager",
    "I don't want to hear from you that it is late again",
    "I want to hear from you",
    "I never hear from you",
    "I don't want you to contact my mother",
    "I don't want to get this",
    "enough of the blue ones",
    "No moleste al perro",
    "No escriba el nombre en la caja",
    "No env\u00eden nada a mi casa",
    "No mande m\u00e1s de dos",
    "No contacte al vecino",
    "stop ignoring my messages",
    "I will stop by and read your messages",
    "Stop the order and text me",
    "stop my contact lens order",
    "I consent to the repair",
    "I do not consent to the charge",
    "I don't get enough texts",
    "no vuelvan a mandar el azul",
    "no acepto el cargo",
]


@pytest.mark.parametrize("text", REQUESTS)
def test_who_asks_to_be_left_alone_is_heard(text: str) -> None:
    assert asks_to_stop(text)


@pytest.mark.parametrize("text", OTHERS)
def test_who_speaks_of_something_else_is_not_flagged(text: str) -> None:
    assert not asks_to_stop(text)


@pytest.mark.parametrize("text", REQUESTS)
def test_it_is_found_in_a_longer_text_in_any_case(text: str) -> None:
    if recognise(text) is None and len(text.split()) > 2:
        assert asks_to_stop(f"Hi there. {text.upper()}! I am busy.")


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert asks_to_stop(text) in (True, False)


def test_a_huge_text_is_read_quickly_and_only_its_beginning() -> None:
    assert not asks_to_stop("stop sending me " * 20_000)
    assert not asks_to_stop("word " * 1000 + "stop texting me")


ASKING = ["@{COMPANY_NAME}: Reply YES to get messages from us, @{END_USER}."]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Acme: Reply YES to get messages from us, Dana.", True),
        ("Hello! acme:  reply yes to get messages from us, Dana Reed. Bye", True),
        ("Acme: Reply to get messages from us, Dana.", False),
        ("", False),
    ],
)
def test_our_request_is_known_by_its_wording_whatever_stands_for_its_variables(
    text: str, asks: bool
) -> None:
    assert is_opt_in_request(text, ASKING) is asks


@pytest.mark.parametrize(
    "wordings", [[], [""], ["@{AGENT_NAME} @{COMPANY_NAME}"], ["@{AGENT_NAME}: @{QUEUE_NAME}!"]]
)
def test_without_words_of_our_own_nothing_is_a_request(wordings: list[str]) -> None:
    assert not is_opt_in_request("Dana: reply YES!", wordings)
