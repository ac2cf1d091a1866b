"""Columns as Spanish files call them."""

from tenure.sources.imports.headers import EVERYWHERE

NAMES = {
    EVERYWHERE: {
        "account_id": "Número de cliente, N.º de cliente, N.º cliente, Nº cliente, Código de cliente, "
        "Código cliente, Código del cliente, ID de cliente, ID del cliente, ID cliente, Número del cliente, "
        "Identificador de cliente, Identificador del cliente, ID de cuenta, ID de la cuenta, "
        "Número de cuenta, ID de empresa, Cliente, Empresa, Compañía, Razón social, Cuenta",
        "person_id": "ID de persona, Identificador de persona, ID de contacto, Código de contacto, "
        "ID de usuario, Identificador de usuario, Usuario, Contacto, Persona",
        "currency": "Moneda, Divisa, Código de moneda, Código de divisa",
        "amount": "Importe, Monto, Cantidad total, Suma",
        "timestamp": "Marca de tiempo, Fecha y hora, Fecha/hora, Fecha, Hora, Momento",
        "date": "Fecha, Día, Mes, Fecha contable",
    },
    "accounts": {
        "name": "Nombre del cliente, Nombre de la empresa, Nombre de empresa, Nombre de cliente, "
        "Razón social, Empresa, Compañía, Nombre, Cliente",
        "domain": "Sitio web, Página web, Dominio, Dirección web, URL del sitio web",
        "parent_id": "Empresa matriz, Matriz, Sociedad matriz, Cuenta principal, Cliente principal",
        "owner": "Responsable, Gestor, Gestora, Gestor de cuenta, Ejecutivo de cuenta, "
        "Responsable de cuenta, Propietario, Asesor",
        "segment": "Segmento, Segmento de cliente, Tipo de cliente, Categoría de cliente, Categoría, Tamaño",
    },
    "people": {
        "email": "Correo electrónico, Correo, Dirección de correo, Dirección de correo electrónico, "
        "Dirección de e-mail",
        "name": "Nombre completo, Nombre y apellidos, Nombre y apellido, Nombre",
        "role": "Cargo, Puesto, Función, Título, Puesto de trabajo",
        "part": "Rol del contacto, Rol en la decisión, Rol en la compra",
        "influence": "Influencia, Nivel de influencia",
        "stance": "Actitud, Postura, Opinión",
        "relation": "Relación, Calidad de la relación",
        "left_on": "Fecha de baja, Fecha de salida, Se fue el, Baja",
        "consent_product": "Consentimiento producto, Consentimiento de producto",
        "consent_surveys": "Consentimiento encuestas, Consentimiento de encuestas",
        "consent_marketing": "Consentimiento marketing, Consentimiento de marketing, "
        "Consentimiento publicidad",
    },
    "subscriptions": {
        "subscription_id": "Número de contrato, N.º de contrato, Nº contrato, Número de suscripción, "
        "ID de suscripción, ID de contrato, Código de contrato, Suscripción, Contrato, Abono",
        "product": "Producto, Nombre del producto, Paquete, Artículo, Servicio",
        "amount": "Importe mensual, Cuota mensual, Precio mensual, Importe anual, Precio anual, Cuota, "
        "Precio",
        "interval": "Periodicidad, Frecuencia, Frecuencia de facturación, Período de facturación, "
        "Ciclo de facturación, Intervalo, Periodo",
        "seats": "Licencias, Número de licencias, N.º de licencias, Número de usuarios, Usuarios, Puestos, "
        "Cantidad, Unidades",
        "start": "Fecha de inicio, Inicio, Inicio del contrato, Inicio de contrato, Comienzo, "
        "Fecha de alta, Válido desde, Desde",
        "end": "Fecha de fin, Fin, Fin del contrato, Fin de contrato, Fecha de finalización, Fecha de baja, "
        "Fecha de vencimiento, Vencimiento, Válido hasta, Hasta",
        "auto_renew": "Renovación automática, Se renueva automáticamente, Autorrenovación",
        "renews": "Contrato anterior, Renueva, Renueva a, Contrato renovado",
        "reason": "Motivo de baja, Motivo de cancelación, Motivo de la baja, Motivo, Razón",
        "months": "Antigüedad en meses, Antigüedad (meses), Meses de antigüedad, Meses como cliente",
        "churned": "Cancelado, Cancelada, Dado de baja, Perdido, Baja",
    },
    "events": {
        "event": "Evento, Nombre del evento, Suceso, Acción, Actividad",
        "message_id": "ID de evento, ID del evento, ID de mensaje",
        "event_kind": "Tipo de llamada",
    },
    "responses": {
        "timestamp": "Respondido el, Fecha de respuesta",
        "person_id": "Encuestado, Encuestada, ID de encuestado, Participante",
        "survey": "Encuesta, Nombre de la encuesta, Cuestionario, Tipo de encuesta",
        "score": "Puntuación, Valoración, Calificación, Puntos, Nota, Valor",
        "comment": "Comentario, Comentarios, Observaciones, Observación",
    },
    "tickets": {
        "ticket_id": "Número de ticket, N.º de ticket, Nº ticket, ID de ticket, Número de caso, "
        "Número de incidencia, Número de solicitud, Incidencia, Caso, Solicitud",
        "person_id": "Solicitante, ID de solicitante, Remitente",
        "created_at": "Creado el, Fecha de creación, Abierto el, Fecha de apertura, Creado",
        "first_reply_at": "Primera respuesta, Fecha de primera respuesta, Primera respuesta el, "
        "Respondido el",
        "solved_at": "Resuelto el, Fecha de resolución, Cerrado el, Fecha de cierre, Resuelto, Cerrado",
        "replies": "Número de respuestas, N.º de respuestas, Respuestas",
        "reopens": "Número de reaperturas, Reaperturas, Reabierto",
        "handle_minutes": "Tiempo de gestión (min), Minutos de gestión, Tiempo de trabajo en minutos, "
        "Minutos",
        "subject": "Asunto, Tema, Título",
        "channel": "Canal, Vía, Origen",
        "priority": "Prioridad, Urgencia",
    },
    "goals": {
        "goal_id": "ID de objetivo, ID del objetivo, Número de objetivo, Código de objetivo",
        "title": "Nombre del objetivo, Objetivo, Título, Nombre",
        "start_value": "Valor inicial, Valor de partida, Punto de partida",
        "target_value": "Valor objetivo, Valor meta, Meta, Valor a alcanzar",
        "value": "Valor actual, Valor, Valor alcanzado",
        "due": "Fecha límite, Plazo, Fecha de vencimiento, Vencimiento, Vence el",
        "measured_on": "Medido el, Fecha de medición, A fecha de, Fecha",
        "weight": "Peso, Ponderación",
        "aim": "Tipo de objetivo, Finalidad",
        "status": "Estado, Situación",
    },
    "deals": {
        "deal_id": "ID de oportunidad, ID de la oportunidad, Número de oportunidad, ID de negocio, "
        "Número de oferta, Número de presupuesto, Oportunidad, Oferta, Negocio",
        "stage": "Etapa, Fase, Etapa del negocio, Fase de venta",
        "amount": "Importe de la oportunidad, Importe estimado, Valor",
        "created_at": "Creado el, Creada el, Fecha de creación, Fecha de apertura",
        "closed_at": "Fecha de cierre, Cerrado el, Cerrada el, Cierre",
        "won": "Ganado, Ganada, Oportunidad ganada",
        "source": "Origen, Fuente, Origen del cliente potencial, Procedencia, Canal",
        "referred_by": "Recomendado por, Referido por, Recomendada por, Recomendación",
    },
    "costs": {
        "category": "Categoría, Tipo de coste, Tipo de costo, Tipo de gasto, Concepto, Tipo",
        "amount": "Coste, Costo, Gasto, Gastos, Valor",
        "date": "Fecha del gasto, Fecha de gasto, Periodo",
    },
    "rates": {
        "date": "Fecha del cambio, Fecha del tipo, Válido desde, Vigente desde",
        "rate": "Tipo de cambio, Tasa de cambio, Cambio, Cotización",
    },
    "notes": {
        "timestamp": "Escrito el, Escrita el, Creado el, Fecha de la nota, Fecha de creación",
        "author": "Autor, Autora, Escrito por, Creado por, Redactado por, Usuario",
        "text": "Texto, Nota, Notas, Contenido, Comentario, Descripción, Texto de la nota",
        "note_kind": "Tipo de nota, Tipo",
    },
}
