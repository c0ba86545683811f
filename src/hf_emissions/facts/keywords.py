"""Find a card's keywords in one fast pass (in C), so that most cards need no further reading."""

from __future__ import annotations

# Lower-case letters, digits and underscores are kept; any other byte becomes a space.
_TABLE = bytes(
    byte if chr(byte) in "0123456789_" else ord(chr(byte).lower()) if byte < 128 and chr(byte).isalpha() else 32
    for byte in range(256)
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def parts(listed: str) -> tuple[str, ...]:
    """Split a comma-separated list of parts of words, of which a text that is worth a search has one."""
    return tuple(listed.split(", "))


_MODELS = _words(
    "v100 v100s p100 p40 p4 p6 k40 k80 k20 m40 m60 t4 t4g a2 a10 a10g a16 a30 a40 a100 a800 a2000 a4000 a4500 a5000 "
    "a5500 a6000 p4000 p5000 p6000 h20 h100 h200 h800 gh200 b100 b200 b300 gb200 gb300 l4 l20 l40 l40s rtx gtx titan "
    "tesla nvidia mi25 mi50 mi60 mi100 mi210 mi250 mi250x mi300 mi300x mi300a mi325x mi355x tpuv2 tpuv3 tpuv4 tpuv5 "
    "tpuv5e tpuv5p tpuv6e gaudi gaudi1 gaudi2 gaudi3 trainium trainium2 trn1 trn2 inf2 dgx hgx rtx2060 rtx2070 "
    "rtx2080 rtx2080ti rtx3060 rtx3070 rtx3080 rtx3090 rtx4070 rtx4080 rtx4090 rtx5080 rtx5090 rtx6000 rtx8000 "
    "rtxa4000 rtxa5000 rtxa6000 gtx1060 gtx1070 gtx1080 gtx1080ti 3090 4090 5090 "
    "1080ti 2080ti 3070ti 3080ti 3090ti 4070ti gpu gpus "
    "nvidia_tesla_k80 nvidia_tesla_p4 nvidia_tesla_p100 nvidia_tesla_v100 nvidia_tesla_t4 nvidia_tesla_a100 nvidia_l4 "
    "nvidia_a100_80gb nvidia_h100_80gb "
    "tpu tpus"
)
_TIMES = "h hr hrs hour hours d day days week weeks min mins minutes"
_COUNTS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 100, 128, 256, 512, 1024)

DEVICES = _MODELS.union(
    (f"{model}s" for model in _MODELS),
    (f"{count}x{model}" for model in _MODELS for count in _COUNTS),
    (f"{count}{thing}" for thing in ("gpu", "gpus") for count in _COUNTS),
    _words("hpu hpus ipu ipus npus geforce quadro radeon instinct habana graphcore accelerators"),
    (f"{size}xlarge" for size in ("", 2, 3, 4, 8, 12, 16, 24, 32, 48)),
)
TIMES = _words(
    "hour hours hr hrs day days week weeks wk wks month months minute minutes mins seconds secs "
    "heures heure jours horas hora dias stunden stunde std tage tagen wochen semanas semana giorni giorno ore "
    "settimane "
    "gpuh tpuh a100h a800h h100h h200h h800h v100h dagen dagar dager timer timmar "
    "uur uren godzin godziny godziny dni jam hari saat saatte"
).union(f"{count}{unit}" for unit in _TIMES.split() for count in range(1, 200))
TIME_LABELS = _words(
    "time duration runtime training_time train_runtime hours_used duur laufzeit dauer trainingszeit trainingsdauer "
    "durata "
    "tempo tiempo temps pelatihan czas"
)
FIGURES = _words(
    "co2 co2e co2eq gco2 gco2e gco2eq kgco2 kgco2e kgco2eq tco2 tco2e tco2eq carbon emission emissions emitted kwh mwh "
    "ktco2 ktco2e ktco2eq mtco2e mtco2eq gwh twh wh kj mj gj joules kilojoules megajoules gigajoules "
    "kilowatt megawatt gigawatt energy electricity "
    "energy_consumed kgco kgco2eqof"
)
CLOUDS = _words(
    "gcp google trc tfrc aws amazon sagemaker ec2 azure ovh ovhcloud scaleway coreweave lambda runpod paperspace "
    "oracle oci "
    "vast colab colaboratory kaggle mosaicml nebius jarvislabs"
)
PLACES = _words("provider region cloud_region cloud_provider country_name")
PARAMETERS = _words("parameters parameter params")
TOKENS = _words("tokens")
SIZES = PARAMETERS | TOKENS
FOREIGN_SCALES = _words(
    "milliarden milliarde milliards milliard miliardi miliardo miliardy milioni "
    "milioni miliony millones millionen milyar "
    "milyon miljard miljarder mio mrd bilh milh"
)
NODES = _words("nodes node instances")
HYPERPARAMETERS = _words("hyperparameters")
OPERATIONS = _words("total_flos")
LOGGED = OPERATIONS | _words("train_runtime max_seq_length num_train_epochs")
TUNED = _words("tuned finetuned")
BASE = _words("base_model")
COPY = _words("base_model_relation gguf gptq awq exl2 exl3 mergekit merge quantized ggml mlx")
ADAPTERS = _words("peft lora qlora")
ORIGINAL = _words("original parent")
BLOCK = _words("co2_eq_emissions")

_ALL = frozenset(
    word.encode()
    for words in (
        DEVICES,
        TIMES,
        TIME_LABELS,
        FIGURES,
        PLACES,
        CLOUDS,
        SIZES,
        NODES,
        FOREIGN_SCALES,
        HYPERPARAMETERS,
        LOGGED,
        TUNED,
        BASE,
        COPY,
        ADAPTERS,
        ORIGINAL,
        BLOCK,
    )
    for word in words
)


def keywords(text: str) -> frozenset[str]:
    """Keywords that occur in a text."""
    found = _ALL.intersection(text.encode("utf-8", "surrogatepass").translate(_TABLE).split())
    return frozenset(map(bytes.decode, found)) if found else frozenset()
