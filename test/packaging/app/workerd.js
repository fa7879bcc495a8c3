import { answers } from "./answers.js";

export default {
  fetch: async () => new Response(JSON.stringify(await answers())),
};
