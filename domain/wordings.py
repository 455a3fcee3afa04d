"""The built-in wordings of the system texts, by language and text (`domain/texts.py`).

Plain GSM-7 and one segment with an ordinary company name: Spanish therefore does without words
that need á, í, ó or ú, which would make each text UCS-2 and twice as dear.
"""

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "greeting": "Welcome to @{COMPANY_NAME}. By texting us you agree to get replies by SMS. "
    "Msg & data rates may apply. Reply HELP for help, STOP to opt out.",
    # One line of it: repeated for each choice.
    "menu": "Text @{CHOICE_NUMBER} for @{QUEUE_NAME}",
    "menu_more": "Text @{CHOICE_NUMBER} for more choices",
    "choice_confirmed": "Thank you, you chose @{QUEUE_NAME}.",
    "invalid_choice": "Sorry, that is not one of the choices.",
    "after_hours": "Thank you for your message. We are closed now. "
    "Next opening: @{NEXT_REOPEN_HOUR}. You keep your place in line.",
    "dismissal_notice": "Are you still there? Without a word from you this chat will be paused "
    "in @{TIME_UNTIL_DISMISSAL}.",
    "dismissed_response": "Welcome back. We have kept what you wrote, and are finding an agent "
    "for you.",
    "expired": "Your chat with @{COMPANY_NAME} has expired. "
    "Text us again at any time to start a new one.",
    "ended": "Your chat with @{COMPANY_NAME} has ended. "
    "Text us again at any time to start a new one.",
    "opt_out": "@{COMPANY_NAME}: You have opted out and will get no more messages from us. "
    "Reply START to opt back in.",
    "opt_in": "@{COMPANY_NAME}: You have opted in to messages from us. "
    "Msg & data rates may apply. Reply HELP for help, STOP to opt out.",
    "help": "@{COMPANY_NAME}: Text this number to chat with our support team. "
    "Msg & data rates may apply. Reply STOP to opt out.",
    "do_not_reply": "@{COMPANY_NAME}: Nobody reads replies to our notices. Reply STOP to opt out.",
    "closing": "Thank you for calling @{COMPANY_NAME}. The messages of this call end here.",
    "after_call": "Your call with @{COMPANY_NAME} is over, and nobody reads messages to it any "
    "more. Please call us again.",
    "wait_time": "@{COMPANY_NAME}: While you wait, reply with anything that helps us help you, "
    "pictures too. Reply STOP to opt out.",
    "deflection_greeting": "@{COMPANY_NAME}: You chose to text with us, and an agent will answer "
    "here. Msg & data rates may apply. Reply STOP to opt out.",
    # The link is appended to these two.
    "app_download": "@{COMPANY_NAME}: Get our app here:",
    "app_launch": "@{COMPANY_NAME}: Open our app here:",
}

SPANISH: Mapping[str, str] = {
    "greeting": "Le damos la bienvenida a @{COMPANY_NAME}. Al escribirnos acepta respuestas por "
    "SMS. Pueden aplicarse tarifas. HELP: ayuda. STOP: darse de baja.",
    "menu": "Escriba @{CHOICE_NUMBER} para @{QUEUE_NAME}",
    "menu_more": "Escriba @{CHOICE_NUMBER} para ver otras opciones",
    "choice_confirmed": "Gracias, ha elegido @{QUEUE_NAME}.",
    "invalid_choice": "Disculpe, esa no es una de las opciones.",
    "after_hours": "Gracias por su mensaje. Ahora estamos cerrados. "
    "Abrimos de nuevo: @{NEXT_REOPEN_HOUR}. Conserva su lugar en la espera.",
    "dismissal_notice": "¿Sigue con nosotros? Si no responde, este chat queda en pausa en "
    "@{TIME_UNTIL_DISMISSAL}.",
    "dismissed_response": "Gracias por volver. Conservamos sus mensajes y le buscamos un agente.",
    "expired": "Su chat con @{COMPANY_NAME} ha caducado. Puede escribirnos de nuevo cuando quiera.",
    "ended": "Su chat con @{COMPANY_NAME} ha terminado. Puede escribirnos de nuevo cuando quiera.",
    "opt_out": "@{COMPANY_NAME}: Se ha dado de baja y no le enviaremos otros mensajes. "
    "Responda START para volver a recibirlos.",
    "opt_in": "@{COMPANY_NAME}: Ha aceptado recibir nuestros mensajes. "
    "Pueden aplicarse tarifas. Responda HELP para ayuda, STOP para darse de baja.",
    "help": "@{COMPANY_NAME}: Responda a este mensaje para chatear con nuestro equipo. "
    "Pueden aplicarse tarifas. Responda STOP para darse de baja.",
    "do_not_reply": "@{COMPANY_NAME}: Nadie lee las respuestas a nuestros avisos. "
    "Responda STOP para darse de baja.",
    "closing": "Gracias por llamar a @{COMPANY_NAME}. Los mensajes de esta llamada terminan ahora.",
    "after_call": "Su llamada con @{COMPANY_NAME} ha terminado y ya nadie lee sus mensajes. "
    "Por favor, llame de nuevo.",
    "wait_time": "@{COMPANY_NAME}: Mientras espera, responda con todo lo que nos ayude a "
    "atenderle, fotos incluidas. STOP para darse de baja.",
    "deflection_greeting": "@{COMPANY_NAME}: Ha elegido escribirnos, y un agente le responde en "
    "este chat. Pueden aplicarse tarifas. STOP para darse de baja.",
    "app_download": "@{COMPANY_NAME}: Descargue nuestra app en este enlace:",
    "app_launch": "@{COMPANY_NAME}: Abra nuestra app en este enlace:",
}

BUILT_IN: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "es": SPANISH}
