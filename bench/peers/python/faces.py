"""OpenCV Haar or fer on the frames of a folder: for each line `{"frames": [index]}` one line with times and boxes."""

import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

SMALLEST_FACE_PX = 48


def haar():
    cascade = cv2.CascadeClassifier(
        cv2.data.haarcascades + "haarcascade_frontalface_default.xml"
    )

    def look(picture):
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        size = (SMALLEST_FACE_PX, SMALLEST_FACE_PX)
        return cascade.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=5, minSize=size)

    return look


def fer():
    from fer.fer import FER

    reader = FER(min_face_size=SMALLEST_FACE_PX)

    def look(picture):
        return [face["box"] for face in reader.detect_emotions(picture)]

    return look


def main():
    parameters = json.loads(sys.argv[1])
    cv2.setNumThreads(1)
    look = {"haar": haar, "fer": fer}[parameters["subject"]]()
    pictures = []
    for index, frame in enumerate(parameters["frames"]):
        pixels = np.fromfile(Path(parameters["folder"]) / f"{index}.rgb", dtype=np.uint8)
        rgb = pixels.reshape(frame["height"], frame["width"], 3)
        pictures.append(np.ascontiguousarray(rgb[:, :, ::-1]))
    for line in sys.stdin:
        answer = {"ms": [], "boxes": []}
        for index in json.loads(line)["frames"]:
            started_at = time.perf_counter()
            boxes = look(pictures[index])
            answer["ms"].append((time.perf_counter() - started_at) * 1000)
            names = ("x", "y", "width", "height")
            answer["boxes"].append([dict(zip(names, map(float, box))) for box in boxes])
        print("answer " + json.dumps(answer), flush=True)


main()
