"""Exam of a 2x model on clips: source, down 2 by bicubic, up 2 by the model.

Prints one Markdown row per clip: mean luma PSNR in dB over the frames for bicubic, Lanczos and
the model, the mean gain over Lanczos and the gain on the worst frame. The picture between
stays float. Clips are decoded by the ffmpeg command; they serve for this exam only and never
for training.

    python evaluate.py --model ../compact-2x.onnx --clips FOLDER
"""

import argparse
import json
import pathlib
import subprocess

import numpy as np
import onnxruntime

from resample import luma, psnr, resample

CLIPS = (
    "street_1080p25 face_bedroom_720p30 face_stage_640x360 face_640x428 anime_onepiece bunny_1080p60 "
    "seeking_720x480 roadtrip_426x240_vp9 hdr10_1080p hlg_1080p text_pdf"
).split()


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def frames(path, count):
    """`count` frames spread over the clip: list of float32 [height, width, 3] in 0..1, even sizes.

    Plain matrix to RGB at the clip's own transfer: no tone mapping for the HDR ones.
    """
    probe = json.loads(run(
        "ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets",
        "-show_entries", "stream=nb_read_packets", "-of", "json", str(path)))
    total = int(probe["streams"][0]["nb_read_packets"])
    wanted = [int((k + 0.5) * total / count) for k in range(count)]
    pick = "+".join(f"eq(n\\,{n})" for n in wanted)
    # PAM states the size in its header, so rotation by the container needs no care here.
    data = run(
        "ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", "-vf", f"select='{pick}'",
        "-fps_mode", "passthrough", "-sws_flags", "accurate_rnd+full_chroma_int",
        "-pix_fmt", "rgb48be", "-f", "image2pipe", "-c:v", "pam", "-")
    found, at = [], 0
    while at < len(data):
        end = data.index(b"ENDHDR\n", at) + 7
        head = dict(line.split(None, 1) for line in data[at:end].decode().splitlines()[1:-1])
        width, height = int(head["WIDTH"]), int(head["HEIGHT"])
        at = end + width * height * 6
        rgb = np.frombuffer(data[end:at], dtype=">u2").reshape(height, width, 3)
        found.append(rgb[: height // 2 * 2, : width // 2 * 2].astype(np.float32) / 65535.0)
    return found


def open_model(path):
    """The model as a function from [h, w, 3] to [2h, 2w, 3]."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def up(picture):
        batch = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], dtype=np.float32)
        return session.run(None, {name: batch})[0][0].transpose(1, 2, 0)

    return up


def scores(source, model, matrix):
    """Luma PSNR in dB of (bicubic, lanczos, model) for one frame [height, width, 3]."""
    height, width = source.shape[:2]
    small = resample(source, height // 2, width // 2, "bicubic")
    wanted = luma(source, matrix)
    ups = (resample(small, height, width, "bicubic"), resample(small, height, width, "lanczos"), model(small))
    return [psnr(luma(up, matrix), wanted) for up in ups]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, type=pathlib.Path)
    parser.add_argument("--clips", required=True, type=pathlib.Path)
    parser.add_argument("--frames", type=int, default=4, help="frames per clip")
    options = parser.parse_args()
    model = open_model(options.model)
    print("| clip | bicubic | Lanczos | model | gain | worst frame |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    rows = []
    for name in CLIPS:
        path = next(iter(sorted(options.clips.glob(name + "*"))), None)
        if path is None:
            print(f"| {name} | not found |")
            continue
        pictures = frames(path, options.frames)
        # Matrix of the measure by the usual guess: SD is BT.601.
        matrix = "bt709" if pictures[0].shape[0] >= 720 else "bt601"
        table = np.array([scores(picture, model, matrix) for picture in pictures])
        gain = table[:, 2] - table[:, 1]
        rows.append([*table.mean(axis=0), gain.mean(), gain.min()])
        print("| " + name + "".join(f" | {v:.2f}" for v in rows[-1]) + " |", flush=True)
    mean = np.mean(rows, axis=0)
    print("| **mean**" + "".join(f" | {v:.2f}" for v in mean[:4]) + f" | {min(r[4] for r in rows):.2f} |")


if __name__ == "__main__":
    main()
