"""Names of the embedders that Firstline ships; a name changes whenever the vectors would."""

MINILM_NAME = "minilm-l6-v2-int8"
DEFAULT_NAME = f"{MINILM_NAME}+use-multilingual-3/2"
