/**
 * Downloads the models that are named as arguments, each once. The app's own list of models to load asks Hugging Face at every start,
 * and stops when it does not answer; what is on the disk needs nobody. A mark says that a download came to its end.
 */
export const downloadModels = `
import os, pathlib, sys
from huggingface_hub import snapshot_download

marks = pathlib.Path(os.environ["HF_HOME"], "complete")
marks.mkdir(parents=True, exist_ok=True)
for model in sys.argv[1:]:
    mark = marks / model.replace("/", "--")
    if mark.exists():
        print(f"{model} is here")
        continue
    print(f"{model} is downloaded", flush=True)
    snapshot_download(model)
    mark.touch()
`.trim()
