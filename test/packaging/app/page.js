// A page posts what it computed to where its address says.

import { answers } from "./answers.js";
import { post } from "./post.js";

post(answers);
