"use client";

import { useEffect } from "react";
import { answers } from "../answers.js";
import { post } from "../post.js";

export default function Client() {
  useEffect(() => {
    post(answers);
  }, []);
  return null;
}
