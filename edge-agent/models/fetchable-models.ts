/** Models that no registry package carries. */
export interface FetchableModel {
  readonly id: 'yunet' | 'mobilefacenet';
  readonly file: string;
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

const zoo = 'https://github.com/opencv/opencv_zoo/raw/main/models';

/** From OpenCV's model zoo; pinned, so that a changed file is refused, not used. */
export const fetchableModels: readonly FetchableModel[] = [
  {
    id: 'yunet',
    file: 'face_detection_yunet_2023mar.onnx',
    url: `${zoo}/face_detection_yunet/face_detection_yunet_2023mar.onnx`,
    bytes: 232_589,
    sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
  },
  {
    id: 'mobilefacenet',
    file: 'facial_expression_recognition_mobilefacenet_2022july.onnx',
    url: `${zoo}/facial_expression_recognition/facial_expression_recognition_mobilefacenet_2022july.onnx`,
    bytes: 4_791_892,
    sha256: '4f61307602fc089ce20488a31d4e4614e3c9753a7d6c41578c854858b183e1a9',
  },
];

export function fetchableModel(id: FetchableModel['id']): FetchableModel {
  return fetchableModels.find((model) => model.id === id)!;
}
