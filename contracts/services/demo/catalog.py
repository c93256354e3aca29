"""Facts for the demo: vendors that exist, what they sell, and public list prices.

List prices are in US dollars per unit and year, as published by the vendors, rounded, and they age.
A vendor's line: name; legal name; holiday calendar; last month of its fiscal year; site; spellings
seen in ledgers (separated by slashes). A product's line, indented: category; name; unit; list
price; how many units a company of a few hundred people buys.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProductFact:
    """Something that is sold: `list_price` in whole US dollars per `unit` and year."""

    category: str
    name: str
    unit: str
    list_price: int
    usual_quantity: int


@dataclass(frozen=True, slots=True)
class VendorFact:
    """A vendor, how ledgers spell it, and what it sells."""

    name: str
    legal_name: str
    calendar: str
    fiscal_year_end_month: int | None
    website: str
    aliases: tuple[str, ...]
    products: tuple[ProductFact, ...]


_TABLE = """
Slack; Slack Technologies, LLC; US-CA; 1; slack.com; SLACK*WORKSPACE / Slack Tech Ireland
  Messaging; Business+; user; 180; 220
Zoom; Zoom Communications, Inc.; US-CA; 1; zoom.us; ZOOM.US 888-799 / Zoom Video Communications
  Meetings; Workplace Business; user; 220; 160
  Telephony; Zoom Phone Unlimited; user; 180; 60
Microsoft; Microsoft Ireland Operations Ltd; IE; 6; microsoft.com; MSFT / Microsoft Azure
  Office suites; Microsoft 365 E3; user; 432; 260
  Analytics; Power BI Pro; user; 120; 45
  Office suites; Microsoft 365 Copilot; user; 360; 40
Google; Google Cloud EMEA Ltd; IE; 12; cloud.google.com; GOOGLE*GSUITE / Google Ireland
  Office suites; Workspace Business Plus; user; 264; 120
  Cloud infrastructure; Cloud commitment; commitment; 48000; 1
Atlassian; Atlassian Pty Ltd; AU-NSW; 6; atlassian.com; ATLASSIAN B.V. / Atlassian Corp
  Work management; Jira Premium; user; 174; 180
  Knowledge; Confluence Premium; user; 126; 180
  IT service; Jira Service Management Premium; agent; 574; 18
Notion; Notion Labs, Inc.; US-CA; 12; notion.com; NOTION LABS INC
  Knowledge; Business; member; 216; 110
Miro; RealtimeBoard, Inc.; US-CA; 12; miro.com; Realtime Board / MIRO.COM
  Design; Business; member; 192; 60
Figma; Figma, Inc.; US-CA; 12; figma.com; FIGMA MONTHLY RENEWAL
  Design; Organization; full seat; 660; 28
Canva; Canva Pty Ltd; AU-NSW; 12; canva.com; CANVA* I0 / Canva US Inc
  Design; Teams; user; 100; 35
Asana; Asana, Inc.; US-CA; 1; asana.com; ASANA.COM
  Work management; Advanced; user; 300; 90
monday.com; monday.com Ltd; IL; 12; monday.com; MONDAY COM LTD
  Work management; Pro; seat; 228; 40
Smartsheet; Smartsheet Inc.; US-WA; 1; smartsheet.com; SMARTSHEET INC
  Work management; Business; member; 228; 30
Airtable; Formagrid Inc.; US-CA; 12; airtable.com; FORMAGRID / AIRTABLE.COM
  Work management; Business; collaborator; 540; 25
ClickUp; Mango Technologies, Inc.; US-CA; 12; clickup.com; MANGO TECHNOLOGIES
  Work management; Business; user; 144; 50
Box; Box, Inc.; US-CA; 1; box.com; BOX.COM (UK) LTD
  Files; Business Plus; user; 300; 80
Dropbox; Dropbox International Unlimited Company; IE; 12; dropbox.com; DROPBOX*9X
  Files; Business Plus; user; 240; 45
Grammarly; Grammarly Inc.; US-CA; 12; grammarly.com; GRAMMARLY CO
  Writing; Business; member; 180; 40
DocuSign; DocuSign, Inc.; US-CA; 1; docusign.com; DOCUSIGN INC / Docusign International
  Signatures; Business Pro; user; 480; 22
Adobe; Adobe Systems Software Ireland Ltd; IE; 11; adobe.com; ADOBE *CREATIVE CLD / Adobe Inc
  Design; Creative Cloud All Apps; licence; 1080; 24
  Files; Acrobat Pro; licence; 288; 70
Lucid; Lucid Software Inc.; US-UT; 12; lucid.co; LUCIDCHART.COM
  Design; Lucidchart Team; user; 108; 45
DeepL; DeepL SE; DE-NW; 12; deepl.com; DeepL GmbH
  Writing; Pro Advanced; user; 345; 25
1Password; AgileBits Inc.; CA-ON; 1; 1password.com; AGILEBITS / 1PASSWORD TORONTO
  Identity; Business; user; 96; 230
Bitwarden; Bitwarden, Inc.; US-CA; 12; bitwarden.com; BITWARDEN 8BIT SOL
  Identity; Enterprise; user; 72; 90
Okta; Okta, Inc.; US-CA; 1; okta.com; OKTA IDENTITY
  Identity; Workforce Single Sign-On and MFA; user; 60; 260
CrowdStrike; CrowdStrike, Inc.; US-TX; 1; crowdstrike.com; CROWDSTRIKE SVCS
  Endpoint security; Falcon Enterprise; device; 185; 280
Zscaler; Zscaler, Inc.; US-CA; 7; zscaler.com; ZSCALER GMBH
  Network security; Internet Access Business; user; 108; 240
Cloudflare; Cloudflare, Inc.; US-CA; 12; cloudflare.com; CLOUDFLARE LTD UK
  Network security; Zero Trust; user; 84; 200
  Network security; Business plan; domain; 2400; 4
KnowBe4; KnowBe4, Inc.; US-FL; 12; knowbe4.com; KNOW BE 4
  Security training; Platinum; user; 28; 260
Tenable; Tenable, Inc.; US-MD; 12; tenable.com; TENABLE NETWORK SECURITY
  Network security; Nessus Professional; scanner; 4390; 2
Snyk; Snyk Limited; GB-ENG; 12; snyk.io; SNYK LTD
  Code quality; Team; developer; 300; 60
SonarSource; SonarSource Sàrl; CH-GE; 12; sonarsource.com; SONARSOURCE SA
  Code quality; SonarQube Enterprise; instance; 21000; 1
Vanta; Vanta Inc.; US-CA; 12; vanta.com; VANTA SECURITY
  Compliance; Core; programme; 11500; 1
Wiz; Wiz, Inc.; US-NY; 12; wiz.io; WIZ CLOUD LTD
  Network security; Essential; bundle of 100 workloads; 24000; 2
GitHub; GitHub, Inc.; US-CA; 6; github.com; GITHUB.COM / Github B.V.
  Source code; Enterprise Cloud; user; 252; 120
  Source code; Copilot Business; user; 228; 80
GitLab; GitLab Inc.; US-CA; 1; gitlab.com; GITLAB BV
  Source code; Premium; user; 348; 70
JetBrains; JetBrains s.r.o.; CZ; 12; jetbrains.com; JETBRAINS AMERICAS
  Source code; All Products Pack; user; 979; 35
Datadog; Datadog, Inc.; US-NY; 12; datadoghq.com; DATADOG INC
  Observability; Infrastructure Pro; host; 180; 140
  Observability; APM; host; 372; 60
New Relic; New Relic, Inc.; US-CA; 3; newrelic.com; NEWRELIC.COM
  Observability; Full platform user; user; 4188; 9
Sentry; Functional Software, Inc.; US-CA; 12; sentry.io; FUNCTIONAL SOFTWARE
  Observability; Business; plan; 960; 6
PagerDuty; PagerDuty, Inc.; US-CA; 1; pagerduty.com; PAGER DUTY
  Observability; Business; user; 492; 32
Grafana Labs; Raintank, Inc.; US-NY; 1; grafana.com; RAINTANK
  Observability; Cloud Advanced; commitment; 25000; 1
Elastic; Elasticsearch B.V.; NL; 4; elastic.co; ELASTICSEARCH BV
  Databases; Cloud Standard; deployment; 1140; 9
MongoDB; MongoDB Limited; IE; 1; mongodb.com; MONGODB CLOUD DUBLIN
  Databases; Atlas M30; cluster; 4730; 5
Snowflake; Snowflake Inc.; US-MT; 1; snowflake.com; SNOWFLAKE COMPUTING
  Databases; Capacity, Enterprise edition; credit; 3; 22000
Databricks; Databricks, Inc.; US-CA; 1; databricks.com; DATABRICKS BV
  Databases; Premium commitment; commitment; 60000; 1
Fivetran; Fivetran Inc.; US-CA; 1; fivetran.com; FIVETRAN INC
  Analytics; Standard; commitment; 18000; 1
Tableau; Tableau Software, LLC; US-WA; 1; tableau.com; TABLEAU INTERNATIONAL
  Analytics; Creator; user; 900; 18
Amplitude; Amplitude, Inc.; US-CA; 12; amplitude.com; AMPLITUDE ANALYTICS
  Analytics; Growth; commitment; 36000; 1
Mixpanel; Mixpanel, Inc.; US-CA; 12; mixpanel.com; MIXPANEL INC
  Analytics; Enterprise; commitment; 20000; 1
Salesforce; Salesforce, Inc.; US-CA; 1; salesforce.com; SFDC / salesforce.com EMEA Ltd
  CRM; Sales Cloud Enterprise; user; 1980; 65
  Support; Service Cloud Enterprise; user; 1980; 25
HubSpot; HubSpot, Inc.; US-MA; 12; hubspot.com; HUBSPOT IRELAND LTD
  Marketing; Marketing Hub Professional; plan; 9600; 1
  CRM; Sales Hub Professional; seat; 1080; 20
Pipedrive; Pipedrive OÜ; EE; 12; pipedrive.com; PIPEDRIVE OU
  CRM; Premium; seat; 588; 22
Zendesk; Zendesk, Inc.; US-CA; 12; zendesk.com; ZENDESK INTERNATIONAL
  Support; Suite Professional; agent; 1380; 35
Intercom; Intercom R&D Unlimited Company; IE; 1; intercom.com; INTERCOM INC
  Support; Advanced; seat; 1020; 24
Freshworks; Freshworks Inc.; US-CA; 12; freshworks.com; FRESHDESK
  IT service; Freshservice Pro; agent; 1188; 12
ServiceNow; ServiceNow Nederland B.V.; NL; 12; servicenow.com; SERVICE NOW
  IT service; ITSM Standard; fulfiller; 1200; 30
Gong; Gong.io Inc.; US-CA; 1; gong.io; GONG IO LTD
  CRM; Gong; user; 1600; 32
Outreach; Outreach Corporation; US-WA; 1; outreach.io; OUTREACH CORP
  CRM; Engage; user; 1200; 28
ZoomInfo; ZoomInfo Technologies LLC; US-WA; 12; zoominfo.com; DISCOVERORG
  CRM; Professional; plan; 14995; 1
LinkedIn; LinkedIn Ireland Unlimited Company; IE; 6; linkedin.com; LINKEDIN-8XY
  CRM; Sales Navigator Advanced; licence; 1600; 25
  Recruiting; Recruiter Corporate; licence; 10800; 3
Mailchimp; The Rocket Science Group LLC; US-GA; 7; mailchimp.com; INTUIT MAILCHIMP
  Marketing; Premium; plan; 4200; 1
Semrush; Semrush Inc.; US-MA; 12; semrush.com; SEMRUSH HOLDINGS
  Marketing; Guru; plan; 2500; 2
Ahrefs; Ahrefs Pte. Ltd.; SG; 12; ahrefs.com; AHREFS SINGAPORE
  Marketing; Standard; plan; 2490; 2
Hootsuite; Hootsuite Inc.; CA-BC; 12; hootsuite.com; HOOTSUITE MEDIA
  Marketing; Advanced; user; 2988; 4
Typeform; TYPEFORM SL; ES-CT; 12; typeform.com; TYPEFORM BARCELONA
  Marketing; Business; plan; 996; 2
SurveyMonkey; SurveyMonkey Europe UC; IE; 12; surveymonkey.com; MOMENTIVE
  Marketing; Team Premier; user; 900; 6
Contentful; Contentful GmbH; DE-BE; 12; contentful.com; CONTENTFUL BERLIN
  Websites; Premium; space; 32000; 1
Webflow; Webflow, Inc.; US-CA; 12; webflow.com; WEBFLOW.COM
  Websites; Business; site; 468; 8
Vercel; Vercel Inc.; US-CA; 12; vercel.com; ZEIT
  Websites; Pro; member; 240; 30
Twilio; Twilio Ireland Limited; IE; 12; twilio.com; TWILIO SENDGRID
  Telephony; SendGrid Pro; plan; 1080; 3
RingCentral; RingCentral, Inc.; US-CA; 12; ringcentral.com; RING CENTRAL
  Telephony; RingEX Advanced; user; 300; 70
Postman; Postman, Inc.; US-CA; 1; postman.com; POSTDOT TECHNOLOGIES
  Source code; Professional; user; 348; 45
Docker; Docker, Inc.; US-CA; 1; docker.com; DOCKER HUB
  Source code; Business; user; 288; 90
LaunchDarkly; Catamorphic Co.; US-CA; 1; launchdarkly.com; CATAMORPHIC
  Source code; Foundation; commitment; 20000; 1
HashiCorp; HashiCorp, Inc.; US-CA; 1; hashicorp.com; HASHICORP INC
  Cloud infrastructure; Terraform Plus; commitment; 24000; 1
DigitalOcean; DigitalOcean, LLC; US-NY; 12; digitalocean.com; DIGITALOCEAN.COM
  Cloud infrastructure; Managed servers; server; 1010; 14
Jamf; JAMF Software, LLC; US-MN; 12; jamf.com; JAMF HOLDING
  Device management; Jamf Pro; device; 96; 150
TeamViewer; TeamViewer Germany GmbH; DE-BW; 12; teamviewer.com; TEAMVIEWER AG
  Device management; Corporate; plan; 2749; 1
Veeam; Veeam Software Group GmbH; CH-ZG; 12; veeam.com; VEEAM AG
  Cloud infrastructure; Data Platform Essentials; workload; 107; 60
Workday; Workday Limited; IE; 1; workday.com; WORKDAY INC
  HR; Human Capital Management; employee; 100; 420
Personio; Personio SE & Co. KG; DE-BY; 12; personio.de; PERSONIO GMBH
  HR; Professional; employee; 96; 260
BambooHR; Bamboo HR LLC; US-UT; 12; bamboohr.com; BAMBOO HR
  HR; Pro; employee; 204; 120
Greenhouse; Greenhouse Software, Inc.; US-NY; 12; greenhouse.com; GREENHOUSE SOFTWARE
  Recruiting; Plus; plan; 12000; 1
Culture Amp; Culture Amp Pty Ltd; AU-VIC; 6; cultureamp.com; CULTUREAMP
  HR; Engage; employee; 60; 260
Udemy; Udemy Ireland Limited; IE; 12; udemy.com; UDEMY BUSINESS
  Training; Business Team; user; 360; 20
NetSuite; Oracle America, Inc.; US-TX; 5; netsuite.com; ORACLE NETSUITE
  Finance; ERP; user; 1548; 25
SAP; SAP SE; DE-BW; 12; sap.com; SAP DEUTSCHLAND / CONCUR TECHNOLOGIES
  Finance; Concur Expense; user; 108; 150
  HR; SuccessFactors Employee Central; employee; 100; 300
Xero; Xero Limited; NZ-AUK; 3; xero.com; XERO UK LTD
  Finance; Ultimate; organisation; 780; 3
Spendesk; Spendesk SAS; FR; 12; spendesk.com; SPENDESK PARIS
  Finance; Scale; user; 110; 70
Zapier; Zapier, Inc.; US-CA; 12; zapier.com; ZAPIER.COM/CHARGE
  Automation; Team; plan; 1240; 2
UiPath; UiPath SRL; RO; 1; uipath.com; UI PATH
  Automation; Attended robot; robot; 1380; 6
Calendly; Calendly LLC; US-GA; 12; calendly.com; CALENDLY.COM
  Meetings; Teams; seat; 192; 45
Clio; Themis Solutions Inc.; CA-BC; 12; clio.com; THEMIS SOLUTIONS
  Legal; Advanced; user; 1428; 7
"""


def _product(line: str) -> ProductFact:
    category, name, unit, price, quantity = (part.strip() for part in line.split(";"))
    return ProductFact(category, name, unit, int(price), int(quantity))


def _vendor(line: str, products: list[str]) -> VendorFact:
    name, legal_name, calendar, month, site, aliases = (part.strip() for part in line.split(";"))
    return VendorFact(
        name=name,
        legal_name=legal_name,
        calendar=calendar,
        fiscal_year_end_month=int(month),
        website=f"https://{site}",
        aliases=tuple(alias.strip() for alias in aliases.split(" / ")),
        products=tuple(_product(line) for line in products),
    )


def _read(table: str) -> tuple[VendorFact, ...]:
    blocks: list[tuple[str, list[str]]] = []
    for line in table.strip().splitlines():
        if line.startswith(" "):
            blocks[-1][1].append(line)
        else:
            blocks.append((line, []))
    return tuple(_vendor(line, products) for line, products in blocks)


VENDORS = _read(_TABLE)
