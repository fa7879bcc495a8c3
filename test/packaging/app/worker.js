import { answers } from "./answers.js";

answers().then(postMessage, (error) => postMessage({ error: String(error?.stack ?? error) }));
