import type { Plugin } from "@redocly/openapi-core";

import {
  bodyExamples,
  errorCodesListed,
  operationAuthenticated,
  operationIdForm,
  operationRateLimited,
  operationTagged,
  paginationResolves,
} from "./rules/operation-rules.js";
import { discriminatorMapped, vocabularyWellFormed } from "./rules/schema-rules.js";

/** Our rules as a Redocly plugin, for our own linter as well as for `redocly.yaml` and editors. */
export default function specwrightPlugin(): Plugin {
  return {
    id: "specwright",
    rules: {
      oas3: {
        "vocabulary-well-formed": vocabularyWellFormed,
        "operation-id-form": operationIdForm,
        "operation-authenticated": operationAuthenticated,
        "operation-tagged": operationTagged,
        "operation-rate-limited": operationRateLimited,
        "error-codes-listed": errorCodesListed,
        "body-examples": bodyExamples,
        "pagination-resolves": paginationResolves,
        "discriminator-mapped": discriminatorMapped,
      },
    },
  };
}
