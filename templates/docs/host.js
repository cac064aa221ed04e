// A server of the API that also serves these pages may answer here with `docsHost = { baseUrl, apiKey, accessToken, statusUrl }`.
// Samples can then be run from the page.
window.docsHost = undefined;
