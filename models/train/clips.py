"""Frames of the exam's clips, decoded and encoded by the ffmpeg command. The clips serve for the
exam only and never for training."""

import io
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from PIL import Image

CLIPS = (
    "street_1080p25 face_bedroom_720p30 face_stage_640x360 face_640x428 anime_onepiece bunny_1080p60 "
    "seeking_720x480 roadtrip_426x240_vp9 hdr10_1080p hlg_1080p text_pdf"
).split()
WINDOW = (640, 480)  # width and height of what the exams look at, cut from the middle
LENGTH = 96  # frames of a clip that the restoration exam encodes
ENCODES = {  # of the restoration exam, beside "clean" and "JPEG q30"
    "x264 crf 23": ["-c:v", "libx264", "-preset", "medium", "-crf", "23"],
    "x264 crf 35": ["-c:v", "libx264", "-preset", "medium", "-crf", "35"],
    "MPEG-2 q6": ["-c:v", "mpeg2video", "-qscale:v", "6", "-bf", "2", "-g", "15"],
}
SPOILT = [*ENCODES, "JPEG q30", "clean"]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def path_of(folder, name):
    """The clip whose file name begins with `name`, or None."""
    return next(iter(sorted(pathlib.Path(folder).glob(name + "*"))), None)


def spread(total, count):
    return [int((k + 0.5) * total / count) for k in range(count)]


def packets(path):
    probe = run("ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets",
                "-show_entries", "stream=nb_read_packets", "-of", "json", str(path))
    return int(json.loads(probe)["streams"][0]["nb_read_packets"])


def pick(path, wanted, multiple=2):
    """The frames of these numbers: list of float32 RGB [height, width, 3] in 0..1, cut at the
    right and bottom to sides that `multiple` divides.

    Plain matrix to RGB at the clip's own transfer: no tone mapping for the HDR ones.
    """
    chosen = "+".join(f"eq(n\\,{n})" for n in wanted)
    # PAM states the size in its header, so rotation by the container needs no care here.
    data = run(
        "ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", "-vf", f"select='{chosen}'",
        "-fps_mode", "passthrough", "-sws_flags", "accurate_rnd+full_chroma_int",
        "-pix_fmt", "rgb48be", "-f", "image2pipe", "-c:v", "pam", "-")
    found, at = [], 0
    while at < len(data):
        end = data.index(b"ENDHDR\n", at) + 7
        head = dict(line.split(None, 1) for line in data[at:end].decode().splitlines()[1:-1])
        width, height = int(head["WIDTH"]), int(head["HEIGHT"])
        at = end + width * height * 6
        rgb = np.frombuffer(data[end:at], dtype=">u2").reshape(height, width, 3)
        rgb = rgb[: height // multiple * multiple, : width // multiple * multiple]
        found.append(rgb.astype(np.float32) / 65535.0)
    return found


def frames(path, count, multiple=2):
    """`count` frames spread over the clip, as `pick` gives them."""
    return pick(path, spread(packets(path), count), multiple)


def middle(frame):
    """The middle of a frame [h, w, 3], at most WINDOW, its corner on even numbers."""
    height, width = frame.shape[:2]
    top, left = (max(side - most, 0) // 4 * 2 for side, most in ((height, WINDOW[1]), (width, WINDOW[0])))
    return frame[top : top + WINDOW[1], left : left + WINDOW[0]]


def jpeg(frame, quality):
    """`frame`, float RGB, after an 8-bit JPEG of 4:2:0."""
    file = io.BytesIO()
    codes = np.round(np.clip(frame, 0, 1) * 255).astype(np.uint8)
    Image.fromarray(codes).save(file, "JPEG", quality=quality, subsampling=2)
    return np.asarray(Image.open(file)).astype(np.float32) / 255.0


def spoilt_frames(path, count):
    """For the restoration exam: a map from each of SPOILT to `count` pairs (spoilt, wanted).

    The clip's middle WINDOW, its first LENGTH frames, brought to 8-bit 4:2:0 of limited range,
    is the truth; BT.601 is used throughout for RGB, being what an untagged file gets.
    """
    width, height = WINDOW
    cut = f"crop='trunc(min(iw,{width})/16)*16':'trunc(min(ih,{height})/16)*16',scale=out_range=tv,format=yuv420p"
    with tempfile.TemporaryDirectory() as folder:
        truth = pathlib.Path(folder) / "truth.y4m"
        run("ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", "-vf", cut, "-frames:v", str(LENGTH),
            "-fps_mode", "passthrough", "-strict", "-1", str(truth))
        wanted = spread(min(LENGTH, packets(truth)), count)
        clean = pick(truth, wanted)
        out = {"clean": [(f, f) for f in clean], "JPEG q30": [(jpeg(f, 30), f) for f in clean]}
        for name, options in ENCODES.items():
            coded = pathlib.Path(folder) / "coded.mkv"
            run("ffmpeg", "-v", "error", "-y", "-i", str(truth), *options, "-pix_fmt", "yuv420p", "-threads", "2", str(coded))
            out[name] = list(zip(pick(coded, wanted), clean, strict=True))
    return out
