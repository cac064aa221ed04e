import { render } from "../../kit/templates.js";
import { propertyName, stringLiteral } from "../../kit/typescript/literals.js";
import type { ClientScope } from "./operation-code.js";
import { prose, tsdoc } from "../../kit/typescript/tsdoc.js";

/** `src/error-codes.ts`: the catalogue of the codes that error bodies carry; none where the spec lists none. */
export function emitErrorCodes(scope: ClientScope): string | undefined {
  const { errorCodes } = scope.model;
  if (errorCodes.length === 0) return undefined;
  return render("client/src/error-codes.ts.hbs", {
    header: scope.header,
    codes: errorCodes.map(({ code, status, title, description, remedy }) => ({
      doc: tsdoc(
        [...prose(description ?? title), ...(remedy ? ["", ...prose(`What to do: ${remedy}`)] : [])],
        "  ",
      ),
      key: propertyName(code),
      status: String(status),
      title: stringLiteral(title),
      remedy: stringLiteral(remedy ?? ""),
    })),
  });
}
