"""Published rows on the composite database of MEGC2019: UF1 and UAR of SMIC, CASME II, SAMM and all, as printed."""

CLASSES = {"smic": (70, 51, 43), "casme2": (88, 32, 25), "samm": (92, 26, 15)}
FULL = (250, 109, 83)

# Sources: the challenge's summary (See et al., FG 2019, Table IV) and STSTNet (Liong et al., FG 2019, Table III).
LBP_TOP = {
    "smic": (".2000", ".5280"),
    "casme2": (".7026", ".7429"),
    "samm": (".3954", ".4102"),
    "full": (".5882", ".5785"),
}
EMR = {
    "smic": (".7461", ".7530"),
    "casme2": (".8293", ".8209"),
    "samm": (".7754", ".7152"),
    "full": (".7885", ".7824"),
}
DUAL_INCEPTION = {
    "smic": (".6645", ".6726"),
    "casme2": (".8621", ".8560"),
    "samm": (".5868", ".5663"),
    "full": (".7322", ".7278"),
}
STSTNET = {
    "smic": (".6801", ".7013"),
    "casme2": (".8382", ".8686"),
    "samm": (".6588", ".6810"),
    "full": (".7353", ".7605"),
}
BI_WOOF = {
    "smic": (".5727", ".5829"),
    "casme2": (".7805", ".8026"),
    "samm": (".5211", ".5139"),
    "full": (".6296", ".6227"),
}
OFF_APEXNET = {
    "smic": (".6817", ".6695"),
    "casme2": (".8764", ".8681"),
    "samm": (".5409", ".5392"),
    "full": (".7196", ".7096"),
}
ALEXNET = {
    "smic": (".6201", ".6373"),
    "casme2": (".7994", ".8312"),
    "samm": (".6104", ".6642"),
    "full": (".6933", ".7154"),
}
GOOGLENET = {
    "smic": (".5123", ".5511"),
    "casme2": (".5989", ".6414"),
    "samm": (".5124", ".5992"),
    "full": (".5573", ".6049"),
}
VGG16 = {
    "smic": (".5800", ".5964"),
    "casme2": (".8166", ".8202"),
    "samm": (".4870", ".4793"),
    "full": (".6425", ".6516"),
}
# HTNet (Wang et al. 2023), Table 2, which also quotes FeatRef and RCN-A.
HTNET = {
    "smic": (".8049", ".7905"),
    "casme2": (".9532", ".9516"),
    "samm": (".8131", ".8124"),
    "full": (".8603", ".8475"),
}
FEATREF = {
    "smic": (".7011", ".7083"),
    "casme2": (".8915", ".8873"),
    "samm": (".7372", ".7155"),
    "full": (".7838", ".7832"),
}
RCN_A = {
    "smic": (".6326", ".6441"),
    "casme2": (".8512", ".8123"),
    "samm": (".7601", ".6715"),
    "full": (".7432", ".7190"),
}
# Aouayeb et al., MLSP 2019, Table 2.
REGIONS_LSTM = {
    "smic": (".8886", ".8828"),
    "casme2": (".9857", ".9857"),
    "samm": (".7855", ".8103"),
    "full": (".9022", ".9018"),
}
