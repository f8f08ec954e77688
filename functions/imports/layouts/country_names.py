"""Countries by the names that files have for them: of the Unicode CLDR, of ISO 3166-1 and of the marketplace."""

from __future__ import annotations

from functools import cache

from shared.domain.countries import COUNTRIES, is_country, iso_country

_ALSO = """
AD|Principality of Andorra
AE|UAE
AF|Islamic Republic of Afghanistan
AG|Antigua and Barbuda|安提瓜及巴布达
AI|安圭拉岛
AL|Republic of Albania
AM|Republic of Armenia
AO|Republic of Angola
AR|Argentine Republic
AS|美属萨摩亚群岛
AT|Republic of Austria
AW|阿鲁巴岛
AZ|Republic of Azerbaijan|阿塞拜疆(独联体)
BA|Bosnia and Herzegovina|Republic of Bosnia and Herzegovina|波斯尼亚-黑塞哥维那共和国
BD|People's Republic of Bangladesh
BE|Kingdom of Belgium
BG|Republic of Bulgaria
BH|Kingdom of Bahrain
BI|Republic of Burundi
BJ|Republic of Benin
BL|Saint Barthélemy|圣巴特勒米岛|St. Barthelemy
BN|Brunei Darussalam
BO|Bolivia, Plurinational State of|Plurinational State of Bolivia|波利维亚
BQ|Bonaire, Sint Eustatius and Saba|伯奈尔岛|Bonaire|圣尤斯塔提马斯岛|St. Eustatius
BR|Federative Republic of Brazil
BS|Commonwealth of the Bahamas
BT|Kingdom of Bhutan
BV|布维岛
BW|Republic of Botswana
BY|Republic of Belarus
CC|科科斯群岛|Cocos(Keeling)Islands
CD|Congo, The Democratic Republic of the|刚果民主共和国|Congo Republic|扎伊尔|Zaire
CF|Central Republic
CG|Congo|Republic of the Congo|刚果
CH|Swiss Confederation
CI|Côte d'Ivoire|Republic of Côte d'Ivoire|科特迪瓦(象牙海岸)|Cote DLvoire(Ivory)|Ivory Coast
CL|Republic of Chile
CM|Republic of Cameroon
CN|People's Republic of China
CO|Republic of Colombia
CR|Republic of Costa Rica
CU|Republic of Cuba
CV|Cabo Verde|Republic of Cabo Verde|佛得角群岛
CW|库拉索岛(荷兰)|Curacao
CY|Republic of Cyprus
CZ|Czech Republic|捷克共和国|Czech
DE|Federal Republic of Germany
DJ|Republic of Djibouti
DK|Kingdom of Denmark
DM|Commonwealth of Dominica
DO|多米尼加共合国
DZ|People's Democratic Republic of Algeria
EC|Republic of Ecuador
EE|Republic of Estonia
EG|Arab Republic of Egypt
ER|the State of Eritrea|厄里特立亚
ES|Kingdom of Spain|加那利群岛|Canary Islands|北非西班牙属土
ES|Spanish Territories Of N.Africa|巴利阿里群岛|Balearic Islands
ET|Federal Democratic Republic of Ethiopia
FI|Republic of Finland
FJ|Republic of Fiji
FK|Falkland Islands (Malvinas)|Falkland Island
FM|Micronesia, Federated States of|Federated States of Micronesia
FO|法鲁群岛
FR|French Republic|法属美特罗波利坦|France， Metropolitan
GA|Gabonese Republic
GB|United Kingdom of Great Britain and Northern Ireland|Great Britain|UK
GH|Republic of Ghana
GM|Republic of the Gambia
GN|Republic of Guinea
GQ|Republic of Equatorial Guinea
GR|Hellenic Republic
GS|South Georgia and the South Sandwich Islands|南乔治亚岛和南桑威奇群岛|South Georgia And The South Sandwich Isl
GT|Republic of Guatemala
GW|Republic of Guinea-Bissau|Guinea Bissau
GY|Republic of Guyana|Guyana (British)
HK|Hong Kong|Hong Kong Special Administrative Region of China|中国香港|Hong Kong,China
HM|Heard Island and McDonald Islands|赫德岛和麦克唐纳岛
HN|Republic of Honduras
HR|Republic of Croatia
HT|Republic of Haiti
ID|Republic of Indonesia
IL|State of Israel
IN|Republic of India
IO|英属印度洋地区(查各群岛)
IQ|Republic of Iraq
IR|Iran, Islamic Republic of|Islamic Republic of Iran|Iran (Islamic Republic Of)
IS|Republic of Iceland
IT|Italian Republic
JE|泽西岛(英属)
JO|Hashemite Kingdom of Jordan
KE|Republic of Kenya
KG|Kyrgyz Republic
KH|Kingdom of Cambodia
KI|Republic of Kiribati|基利巴斯共和国|Kiribati Repubilc
KM|Union of the Comoros
KN|Saint Kitts and Nevis|圣基茨|Saint Kitts|尼维斯岛|Nevis
KP|Korea, Democratic People's Republic of|Democratic People's Republic of Korea
KR|Korea, Republic of|Korea|Republic of Korea
KW|State of Kuwait
KZ|Republic of Kazakhstan
LA|Lao People's Democratic Republic
LB|Lebanese Republic
LC|Saint Lucia
LI|Principality of Liechtenstein
LK|Democratic Socialist Republic of Sri Lanka
LR|Republic of Liberia
LS|Kingdom of Lesotho
LT|Republic of Lithuania
LU|Grand Duchy of Luxembourg
LV|Republic of Latvia
MA|Kingdom of Morocco
MC|Principality of Monaco
MD|Moldova, Republic of|Republic of Moldova
ME|黑山共和国
MF|Saint Martin (French part)
MG|Republic of Madagascar
MH|Republic of the Marshall Islands
MK|Republic of North Macedonia|马其顿|Macedonia
ML|Republic of Mali
MM|Myanmar|Republic of Myanmar|Burma
MO|Macao|Macao Special Administrative Region of China|中国澳门|Macau|Macao,China
MP|Commonwealth of the Northern Mariana Islands|塞班岛|Saipan
MQ|马提尼克岛
MR|Islamic Republic of Mauritania
MS|蒙特塞拉岛
MT|Republic of Malta
MU|Republic of Mauritius
MV|Republic of Maldives
MW|Republic of Malawi
MX|United Mexican States
MZ|Republic of Mozambique
NA|Republic of Namibia
NE|Republic of the Niger
NF|诺褔克岛
NG|Federal Republic of Nigeria
NI|Republic of Nicaragua
NL|Kingdom of the Netherlands|Holland
NO|Kingdom of Norway
NP|Federal Democratic Republic of Nepal
NR|Republic of Nauru|瑙鲁共和国|Nauru Republic
NU|纽埃岛
OM|Sultanate of Oman
PA|Republic of Panama
PE|Republic of Peru
PF|塔希堤岛(法属波利尼西亚)
PG|Independent State of Papua New Guinea
PH|Republic of the Philippines
PK|Islamic Republic of Pakistan
PL|Republic of Poland
PM|Saint Pierre and Miquelon
PN|Pitcairn
PS|Palestine, State of|the State of Palestine|Palestine
PT|Portuguese Republic|亚速尔群岛|Azores|马德拉岛|Madeira
PW|Republic of Palau
PY|Republic of Paraguay
QA|State of Qatar
RE|留尼汪岛|Reunion Island
RS|Republic of Serbia|南斯拉夫|Yugoslavia|塞尔维亚共和国|Serbia， Republic Of
RU|Russian Federation|俄罗斯联邦
RW|Rwandese Republic
SA|Kingdom of Saudi Arabia
SC|Republic of Seychelles
SD|Republic of the Sudan
SE|Kingdom of Sweden
SG|Republic of Singapore
SH|Saint Helena, Ascension and Tristan da Cunha|圣赫勒拿岛|St Helena|特里斯坦|Tristan Da Cunba|阿森松|Ascension
SI|Republic of Slovenia
SJ|Svalbard and Jan Mayen|斯瓦尔巴岛和扬马延岛
SK|Slovak Republic|斯洛伐克共和国|Slovakia Republic
SL|Republic of Sierra Leone|塞拉里昂
SM|Republic of San Marino
SN|Republic of Senegal
SO|Federal Republic of Somalia|索马里共和国|Somaliland
SR|Republic of Suriname
SS|Republic of South Sudan|南苏丹共和国
ST|Sao Tome and Principe|Democratic Republic of Sao Tome and Principe
SV|Republic of El Salvador
SX|Sint Maarten (Dutch part)|圣马腾岛|St. Maarten
SY|Syrian Arab Republic
SZ|Kingdom of Eswatini|Swaziland
TC|Turks and Caicos Islands
TD|Republic of Chad
TF|French Southern Territories|法属南部领土
TG|Togolese Republic
TH|Kingdom of Thailand
TJ|Republic of Tajikistan
TL|Democratic Republic of Timor-Leste|East Timor
TN|Republic of Tunisia
TO|Kingdom of Tonga
TR|Republic of Türkiye|Turkey
TT|Trinidad and Tobago|Republic of Trinidad and Tobago
TW|Taiwan, Province of China|中国台湾|Taiwan,China
TZ|Tanzania, United Republic of|United Republic of Tanzania
UG|Republic of Uganda
UM|United States Minor Outlying Islands
US|United States of America|APO/FPO|USA|U.S.A.
UY|Eastern Republic of Uruguay
UZ|Republic of Uzbekistan
VA|Holy See (Vatican City State)|Vatican
VC|Saint Vincent and the Grenadines|圣文森特和格林纳丁斯岛
VE|Venezuela, Bolivarian Republic of|Bolivarian Republic of Venezuela
VG|Virgin Islands, British|Virgin Island (Gb)
VI|Virgin Islands, U.S.|Virgin Islands of the United States|Virgin Island (Us)
VN|Viet Nam|Socialist Republic of Viet Nam
VU|Republic of Vanuatu
WF|Wallis and Futuna|瓦利斯群岛和富图纳群岛|Wallis And Futuna Islands
WS|Independent State of Samoa|西萨摩亚|Western Samoa
XK|加罗林群岛|Caroline Islands
YE|Republic of Yemen|也门阿拉伯共合国
YT|Mayotte, Republic Of
ZA|Republic of South Africa
ZM|Republic of Zambia
ZW|Republic of Zimbabwe
"""
"""Code, then the names that the CLDR does not have."""

_ROWS = [row.split("|") for row in _ALSO.split("\n") if row]
_BY_NAME: dict[str, str] = {
    **{name.casefold(): code for code, names in COUNTRIES.items() for name in names},
    **{name.casefold(): code for code, *names in _ROWS for name in names},
}


@cache
def country_code(text: str) -> str | None:
    """The code of ISO 3166-1 for a code or name of a country, in English or Chinese; None if it is unknown."""
    plain = " ".join(text.split())
    found = _BY_NAME.get(plain.casefold())
    if found is None and is_country(plain.upper()):
        return iso_country(plain.upper())
    return found
