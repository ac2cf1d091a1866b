"""Columns as Portuguese files call them."""

from tenure.sources.imports.headers import EVERYWHERE

NAMES = {
    EVERYWHERE: {
        "account_id": "Número do cliente, Número de cliente, N.º do cliente, N.º de cliente, Nº cliente, "
        "Código do cliente, Código de cliente, ID do cliente, Identificador do cliente, ID da conta, "
        "ID da empresa, Cliente, Empresa, Companhia, Razão social, Conta",
        "person_id": "ID da pessoa, Identificador da pessoa, ID do contato, ID do contacto, ID do usuário, "
        "ID do utilizador, Usuário, Utilizador, Contato, Contacto, Pessoa",
        "currency": "Moeda, Divisa, Código da moeda",
        "amount": "Valor, Montante, Importância, Quantia",
        "timestamp": "Data e hora, Data/hora, Carimbo de data e hora, Data, Hora, Momento",
        "date": "Data, Dia, Mês, Data contábil",
    },
    "accounts": {
        "name": "Nome do cliente, Nome da empresa, Nome fantasia, Razão social, Empresa, Companhia, Nome, "
        "Cliente",
        "domain": "Website da empresa, Página web, Domínio, Endereço web",
        "parent_id": "Empresa-mãe, Empresa matriz, Matriz, Conta principal, Cliente principal, "
        "Grupo econômico",
        "owner": "Responsável, Gestor, Gestora, Gestor da conta, Gerente de conta, Responsável pela conta, "
        "Proprietário",
        "segment": "Segmento, Segmento do cliente, Tipo de cliente, Categoria do cliente, Categoria, Porte, "
        "Tamanho",
    },
    "people": {
        "email": "Endereço de e-mail, Correio eletrônico, Correio eletrónico, E-mail do contato",
        "name": "Nome completo, Nome e sobrenome, Nome e apelido, Nome",
        "role": "Cargo, Função, Posição, Título",
        "part": "Papel do contato, Papel do contacto, Papel na decisão, Papel na compra, Papel",
        "influence": "Influência, Nível de influência",
        "stance": "Atitude, Postura, Opinião",
        "relation": "Relação, Relacionamento, Qualidade da relação",
        "left_on": "Saiu em, Data de saída, Data de desligamento, Saída",
        "consent_product": "Consentimento produto, Consentimento de produto",
        "consent_surveys": "Consentimento pesquisas, Consentimento inquéritos, Consentimento de pesquisas",
        "consent_marketing": "Consentimento marketing, Consentimento de marketing, Consentimento publicidade",
    },
    "subscriptions": {
        "subscription_id": "Número do contrato, Número de contrato, N.º do contrato, Nº contrato, "
        "Número da assinatura, ID da assinatura, ID da subscrição, ID do contrato, Código do contrato, "
        "Assinatura, Subscrição, Contrato",
        "product": "Produto, Nome do produto, Plano, Pacote, Artigo, Serviço",
        "amount": "Valor mensal, Mensalidade, Preço mensal, Valor anual, Anuidade, Preço anual, Preço",
        "interval": "Periodicidade, Frequência, Frequência de cobrança, Período de faturação, "
        "Período de faturamento, Ciclo de cobrança, Intervalo, Período",
        "seats": "Licenças, Número de licenças, Número de usuários, Número de utilizadores, Usuários, "
        "Utilizadores, Assentos, Quantidade",
        "start": "Data de início, Início, Início do contrato, Data inicial, Data de adesão, Começo, "
        "Válido desde, Desde",
        "end": "Data de fim, Data de término, Término, Fim, Fim do contrato, Término do contrato, "
        "Data final, Data de cancelamento, Vencimento, Data de vencimento, Válido até, Até",
        "auto_renew": "Renovação automática, Renova automaticamente, Renovação tácita",
        "renews": "Contrato anterior, Renova, Contrato renovado",
        "reason": "Motivo do cancelamento, Motivo de cancelamento, Motivo da saída, Motivo, Razão",
        "months": "Meses de casa, Meses como cliente, Antiguidade em meses, Antiguidade (meses)",
        "churned": "Cancelado, Cancelada, Perdido, Encerrado",
    },
    "events": {
        "event": "Evento, Nome do evento, Ação, Acção, Atividade",
        "message_id": "ID do evento, ID da mensagem, Identificador do evento",
        "event_kind": "Tipo de chamada",
    },
    "responses": {
        "timestamp": "Respondido em, Data da resposta, Data de resposta",
        "person_id": "Respondente, Inquirido, ID do respondente, Participante",
        "survey": "Pesquisa, Inquérito, Questionário, Nome da pesquisa, Tipo de pesquisa",
        "score": "Pontuação, Avaliação, Classificação, Nota, Pontos, Valor",
        "comment": "Comentário, Comentários, Observação, Observações",
    },
    "tickets": {
        "ticket_id": "Número do ticket, N.º do ticket, Nº ticket, ID do ticket, Número do chamado, "
        "Número do caso, Número do pedido, Chamado, Caso, Pedido",
        "person_id": "Solicitante, Requerente, ID do solicitante, Remetente",
        "created_at": "Criado em, Data de criação, Aberto em, Data de abertura, Criado",
        "first_reply_at": "Primeira resposta, Primeira resposta em, Data da primeira resposta, Respondido em",
        "solved_at": "Resolvido em, Data de resolução, Fechado em, Encerrado em, Data de fechamento, "
        "Data de fecho, Data de encerramento, Resolvido, Fechado",
        "replies": "Número de respostas, N.º de respostas, Respostas",
        "reopens": "Número de reaberturas, Reaberturas, Reaberto",
        "handle_minutes": "Tempo de atendimento (min), Minutos de atendimento, "
        "Tempo de trabalho em minutos, Minutos",
        "subject": "Assunto, Tema, Título",
        "channel": "Canal, Canal de entrada, Origem",
        "priority": "Prioridade, Urgência",
    },
    "goals": {
        "goal_id": "ID do objetivo, ID da meta, Número do objetivo, Código do objetivo",
        "title": "Nome do objetivo, Objetivo, Título, Nome",
        "start_value": "Valor inicial, Valor de partida, Ponto de partida",
        "target_value": "Valor alvo, Valor-alvo, Meta, Alvo, Valor a atingir",
        "value": "Valor atual, Valor, Valor alcançado, Realizado",
        "due": "Prazo, Data limite, Data de vencimento, Vencimento, Vence em",
        "measured_on": "Medido em, Data da medição, Data de medição, Data",
        "weight": "Peso, Ponderação",
        "aim": "Tipo de objetivo, Finalidade",
        "status": "Estado, Situação",
    },
    "deals": {
        "deal_id": "ID da oportunidade, Número da oportunidade, ID do negócio, Número da proposta, "
        "Número do orçamento, Oportunidade, Proposta, Negócio",
        "stage": "Etapa, Fase, Estágio, Etapa do negócio, Fase da venda",
        "amount": "Valor da oportunidade, Valor estimado, Valor do negócio",
        "created_at": "Criado em, Criada em, Data de criação, Data de abertura",
        "closed_at": "Data de fechamento, Data de fecho, Fechado em, Fechada em, Encerrado em, Fechamento",
        "won": "Ganho, Ganha, Oportunidade ganha",
        "source": "Origem, Fonte, Origem do lead, Procedência, Canal",
        "referred_by": "Indicado por, Recomendado por, Indicada por, Indicação",
    },
    "costs": {
        "category": "Categoria, Tipo de custo, Tipo de despesa, Tipo",
        "amount": "Custo, Custos, Despesa, Despesas, Gasto",
        "date": "Data da despesa, Data do custo, Período",
    },
    "rates": {
        "date": "Data do câmbio, Data da taxa, Válido desde, Vigente desde",
        "rate": "Taxa de câmbio, Câmbio, Taxa, Cotação",
    },
    "notes": {
        "timestamp": "Escrito em, Escrita em, Criado em, Data da nota, Data de criação",
        "author": "Autor, Autora, Escrito por, Criado por, Redigido por, Usuário, Utilizador",
        "text": "Texto, Nota, Notas, Anotação, Conteúdo, Comentário, Descrição, Texto da nota",
        "note_kind": "Tipo de nota, Tipo",
    },
}
