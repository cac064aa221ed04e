import type { Layer } from "@workspace-api/server";

import type { FairShare } from "./fair-share.js";
import type { RequestContext } from "./request-context.js";

/** Lets each credential have its share of the work, and no more. Needs the authentication before it. */
export function sharing(share: FairShare): Layer<RequestContext> {
  return async (call, next) => {
    const { context } = call;
    if (!context.credential) return next();
    context.place = await share.enter(context.credential.credentialId);
    try {
      return await next();
    } finally {
      context.place.leave();
    }
  };
}
