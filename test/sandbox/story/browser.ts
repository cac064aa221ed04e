/** A page that was loaded, as far as a person deals with it. */
interface Page {
  readonly url: string;
  readonly html: string;
}

/** What a person does on a consent page. */
export interface Decision {
  /** Found in the name of the person to sign in as, as the page shows it. */
  readonly person: string;
  readonly button: "allow" | "deny";
}

/**
 * Goes to a sign-in page over the network, fills in the form that it finds there, and sends it as a browser would: with
 * what is hidden, what is ticked, and the cookie. Returns where it is sent back to, without going there.
 */
export async function decideOn(url: string, { person, button }: Decision): Promise<string> {
  const response = await fetch(url, { redirect: "error" });
  const page = { url, html: await response.text() };
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "");
  const { action, fields } = filledIn(page, person);
  fields.append("decision", button);
  const origin = new URL(url).origin;
  const answer = await fetch(action, {
    method: "POST",
    body: fields,
    headers: { cookie: cookies.join("; "), origin },
    redirect: "manual",
  });
  await answer.body?.cancel();
  const target = answer.headers.get("location");
  if (target === null) throw new Error(`The form was answered with ${answer.status}, not with a way back.`);
  return target;
}

function filledIn({ url, html }: Page, person: string): { action: URL; fields: URLSearchParams } {
  const form = /<form [^>]*>/.exec(html)?.[0] ?? "";
  const fields = new URLSearchParams();
  for (const [input] of html.matchAll(/<input [^>]*>/g)) {
    const isSent = attribute(input, "type") === "hidden" || / checked\b/.test(input);
    if (isSent) fields.append(attribute(input, "name"), attribute(input, "value"));
  }
  const options = [...html.matchAll(/(<option [^>]*>)([^<]*)/g)];
  const [, chosen] = options.find(([, , label = ""]) => label.includes(person)) ?? [];
  if (chosen === undefined) throw new Error(`The page offers nobody like "${person}".`);
  fields.append(attribute(/<select [^>]*>/.exec(html)?.[0] ?? "", "name"), attribute(chosen, "value"));
  return { action: new URL(attribute(form, "action"), url), fields };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", quot: '"', lt: "<", gt: ">", "#39": "'" };

function attribute(tag: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return value.replace(/&(amp|quot|lt|gt|#39);/g, (entity, code: string) => ENTITIES[code] ?? entity);
}
