/** Metrics of container images, in runs whose versions name them. */
export const IMAGE_ROWS = [
  ['image-pulls', 'image pulls', 'pulls', 'lower', 'difference', 'pulls for which the registry sent layers to a node'],
  ['image-pulled', 'image data pulled', 'GiB', 'lower', 'ratio', 'layers that the registry sent to nodes'],
  [
    'image-pull-failures',
    'image pull failures',
    'attempts',
    'lower',
    'difference',
    'attempts of containers to get their image that failed; each is tried again with back-off, or fails its task',
  ],
  [
    'image-wait',
    'wait for the image',
    's',
    'lower',
    'ratio',
    'mean time from the start of a container until its image is on the node, pulls of others before it, failures and back-off included',
  ],
  ['image-hits', 'images found on nodes', '%', 'higher', 'points', 'share of these starts that needed no request to the registry'],
  [
    'images-collected',
    'images collected',
    'images',
    'lower',
    'difference',
    'images that kubelets removed from disks above their threshold',
  ],
] as const
