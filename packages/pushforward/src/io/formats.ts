/** What the metadata of our safetensors files say they are. */
export const formats = { model: "pushforward", checkpoint: "pushforward-checkpoint" } as const;
