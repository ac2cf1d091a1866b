"""Columns as exports of Salesforce, HubSpot, Zendesk, Intercom, Stripe, Totango and Gainsight call them.

Only what is not among the kinds' own words: most of what these programs write is plain English.
"""

from tenure.sources.imports.headers import EVERYWHERE

NAMES = {
    EVERYWHERE: {
        "account_id": "Company External ID, Account External ID, Organization External ID, "
        "Associated Company IDs, SFDC Account ID, Company GSID, Requester Organization ID",
        "person_id": "Associated Contact IDs, User External ID, Person GSID, Lead or User ID",
        "currency": "Currency ISO Code, Deal Currency Code",
    },
    "accounts": {
        "account_id": "HS Object ID, GSID, SFDC ID, Remote Company ID",
        "name": "Account Display Name",
        "domain": "Domain Names",
        "parent_id": "Parent Company GSID, HS Parent Company ID",
        "owner": "CSM Email, Success Manager Email, Account Owner Email, Customer Success Manager",
        "segment": "Account Segment, Account Tier, Customer Tier, Company Segment",
    },
    "people": {
        "person_id": "HS Object ID, GSID, External ID",
        "email": "Primary Email, Email ID",
        "role": "Job Role",
        "part": "Buying Role, Primary Role, HS Buying Role",
    },
    "subscriptions": {
        "subscription_id": "Contract: Contract ID, Stripe Subscription ID, HS Object ID",
        "product": "Plan Nickname, Price ID, Product ID, Plan: Name, Plan Product",
        "amount": "Contract Value, Monthly Spend, Monthly Recurring Revenue, Annual Recurring Revenue",
        "interval": "Plan: Interval, Recurring Interval, Recurring Billing Frequency",
        "seats": "Licensed Users, Contracted Seats, Number of Seats, Contracted Licenses",
        "start": "Contract Start Date, Subscription Start Date, Current Term Start Date",
        "end": "Contract End Date, Subscription End Date, Cancellation Date, Cancel At, "
        "Current Term End Date, Renewal Date, Contract Renewal Date",
        "reason": "Cancellation Reason: Feedback, Cancellation Details Reason",
        "months": "Customer Lifetime in Months, Lifetime in Months",
    },
    "events": {
        "timestamp": "Activity Timestamp",
        "event": "Activity Name, Action Name, User Action",
    },
    "responses": {
        "timestamp": "Responded Date, Response Date, Submission Date, Survey Response Date, Rated At, "
        "Rating Date",
        "person_id": "Respondent Email, Contact Email, Person Email, Requester Email",
        "survey": "Survey Title",
        "score": "Conversation Rating, Rating Value, Survey Score, Conversation Rating Value",
        "comment": "NPS Comment, CSAT Comment, Conversation Rating Remark, Survey Comment, "
        "Response Comment, Rating Remark",
    },
    "tickets": {
        "ticket_id": "HS Ticket ID, HS Object ID, Case: Case Number",
        "person_id": "Ticket Requester, Requester Email, Contact Email",
        "created_at": "Conversation Created At, Conversation Started At, Started At, "
        "Ticket Created - Timestamp, Ticket Created At, Opened Date",
        "first_reply_at": "First Agent Reply Date, First Agent Email Response Date, First Agent Reply At, "
        "First Admin Reply At, First Reply Date",
        "solved_at": "Last Closed At, Ticket Solved - Timestamp, Ticket Solved At, Ticket Closed At, "
        "Resolved Date, Date Resolved",
        "replies": "Agent Reply Count, Ticket Agent Replies, Admin Replies, Number of Agent Replies",
        "reopens": "Ticket Reopens, Number of Reopens",
        "subject": "Ticket Subject, Conversation Subject, Conversation Title",
        "channel": "Ticket Channel, Via Channel, Ticket Via, Conversation Source",
        "priority": "Ticket Priority, HS Ticket Priority",
    },
    "goals": {
        "title": "Objective Name, Success Plan Objective",
        "target_value": "Target Metric Value",
    },
    "deals": {
        "deal_id": "HS Object ID, Opportunity: Opportunity ID",
        "stage": "HS Deal Stage, Deal Stage Label",
        "amount": "Amount in Company Currency, HS Amount, Total Amount",
        "closed_at": "HS Closed Date, Opportunity: Close Date",
        "won": "Is Closed Won, HS Is Closed Won",
        "source": "HS Analytics Source, Opportunity Source, Record Source",
    },
    "costs": {
        "date": "Cost Day, Spend Date",
        "amount": "Amount Spent",
    },
    "rates": {
        "currency": "ISO Code",
        "rate": "Conversion Rate",
        "date": "Start Date",
    },
    "notes": {
        "timestamp": "Activity Date, Created Date, Create Date, Interaction Date, Note Timestamp, "
        "HS Timestamp",
        "author": "Activity Author, Author Name, Created By Name, Activity Assigned To, Assigned To",
        "text": "Note Body, Full Comments, Comments, Activity Notes, Touchpoint Content, HS Note Body",
        "note_kind": "Activity Type, Touchpoint Type, Interaction Type",
    },
}
