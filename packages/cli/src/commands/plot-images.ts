import { DataError } from "pushforward";
import { refuseOptionsOf } from "../options/useless-options.ts";
import type { Console } from "../terminal/console.ts";
import type { ImageModel } from "./image-model.ts";
import { interpolationPicture } from "./interpolation-picture.ts";
import { likelihoodPicture } from "./likelihood-picture.ts";
import { checkClasses, readModelImages } from "./model-images.ts";
import type { ImagePictureName, Picture, PlotCommandOptions } from "./picture.ts";
import { reconstructionPicture } from "./reconstruction-picture.ts";
import { samplesPicture } from "./samples-picture.ts";
import { imageTrainingPicture } from "./training-picture.ts";

/** A picture of a model of images. */
export async function imagePicture(
  of: ImageModel,
  what: ImagePictureName,
  path: string | undefined,
  options: PlotCommandOptions,
  console: Console,
): Promise<Picture> {
  const { seed, labels, class: only } = options;
  refuseOptionsOf("tables", options, `${of.path} is a model of images`);
  if (what === "samples" || what === "training") {
    checkClasses(of, options);
    if (path) console.note(`--what ${what} needs no images: ${path} is not read.`);
    if (labels) console.note(`--what ${what} needs no labels: ${labels} is not read.`);
    if (what === "samples") return samplesPicture(of, seed, only);
    if (only !== undefined)
      console.note(`--what ${what} is of all classes: --class changes nothing.`);
    return imageTrainingPicture(of.model);
  }
  if (path === undefined) {
    throw new DataError(
      `plot: --what ${what} needs images; name them after the model: pushforward plot ${of.path} ` +
        `<images> --what ${what}`,
    );
  }
  const found = await readModelImages(of, path, options);
  for (const notice of found.images.notices) console.note(notice);
  return pictures[what](of, found, seed);
}

const pictures = {
  interpolation: interpolationPicture,
  reconstruction: reconstructionPicture,
  likelihood: likelihoodPicture,
};
