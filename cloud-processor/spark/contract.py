"""The schema of `face-emotions`, as libs/contracts has it: an envelope around one of four kinds of record, or a marker.

Fields that only some kinds have are null in the others.
"""

from pyspark.sql.types import (
    ArrayType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

TOPIC = "face-emotions"
EMOTIONS = ("happy", "sad", "neutral", "other", "uncertain")


def _struct(**fields):
    return StructType([StructField(name, kind) for name, kind in fields.items()])


_SCORES = _struct(happy=DoubleType(), sad=DoubleType(), neutral=DoubleType(), other=DoubleType())

RECORD = _struct(
    # Every kind.
    schema=IntegerType(),
    kind=StringType(),
    runId=StringType(),
    seq=LongType(),
    observedAt=LongType(),
    clock=StringType(),
    modelId=StringType(),
    # sample, and visit where it says so.
    trackId=StringType(),  # visit, too
    sampleIndex=IntegerType(),
    durationMs=DoubleType(),
    frame=_struct(width=IntegerType(), height=IntegerType()),
    face=_struct(x=DoubleType(), y=DoubleType(), width=DoubleType(), height=DoubleType()),
    detectionScore=DoubleType(),
    emotion=StringType(),
    scores=_SCORES,  # visit, too
    uncertainReason=StringType(),
    # visit; presence has startedAt, too.
    startedAt=LongType(),
    endedAt=LongType(),
    readableMs=DoubleType(),
    largestFaceHeightPx=DoubleType(),
    # presence
    analysedMs=DoubleType(),
    frames=_struct(seen=LongType(), gated=LongType(), analysed=LongType(), dropped=LongType()),
    cameraState=StringType(),
    faceHeights=ArrayType(LongType()),
    runs=ArrayType(_struct(runId=StringType(), headSeq=LongType(), ackedBelow=LongType())),
    # gap
    ofRunId=StringType(),
    fromSeq=LongType(),
    toSeq=LongType(),
    fromAt=LongType(),
    toAt=LongType(),
    # gap and rejected
    reason=StringType(),
)

LOGGED = _struct(deviceId=StringType(), receivedAt=LongType(), record=RECORD)
