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

/** `specwright/recommended`: what makes a wrong client is an error, what makes a poor one a warning, style is nobody's business. */
const RECOMMENDED = {
  struct: "error",
  "no-unresolved-refs": "error",
  "no-identical-paths": "error",
  "operation-operationId-unique": "error",
  "operation-parameters-unique": "error",
  "path-parameters-defined": "error",
  "no-schema-type-mismatch": "warn",
  "no-enum-type-mismatch": "warn",
  "no-invalid-media-type-examples": "warn",
  "operation-operationId": "warn",
  "security-defined": "warn",
  "specwright/vocabulary-well-formed": "error",
  "specwright/pagination-resolves": "error",
  "specwright/error-codes-listed": "off",
  "specwright/discriminator-mapped": "warn",
} as const;

/** `specwright/house`: how the makers of Specwright write a spec that is published. To be chosen, never a default. */
const HOUSE = {
  "operation-description": "error",
  "operation-tag-defined": "error",
  "parameter-description": "error",
  "path-params-defined": "error",
  "no-unused-components": "error",
  "spec-strict-refs": "off",
  "specwright/vocabulary-well-formed": "error",
  "specwright/operation-id-form": "error",
  "specwright/operation-authenticated": "error",
  "specwright/operation-tagged": "error",
  "specwright/operation-rate-limited": "error",
  "specwright/error-codes-listed": "error",
  "specwright/body-examples": "error",
  "specwright/pagination-resolves": "error",
  "specwright/discriminator-mapped": "error",
} as const;

/** Our rules as a Redocly plugin, for our own linter as well as for `redocly.yaml` and editors. */
export default function specwrightPlugin(): Plugin {
  return {
    id: "specwright",
    configs: { recommended: { rules: RECOMMENDED }, house: { rules: HOUSE } },
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
