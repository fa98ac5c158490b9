"""The headers that every answer carries, so that a browser does only what our pages need."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
IN_A_BOX = {
    "Content-Security-Policy": f"sandbox; {CONTENT_SECURITY_POLICY}"
}  #: for what is downloaded: if it is shown after all, it is nobody's page
TWO_YEARS = "max-age=63072000; includeSubDomains"
LEFT = frozenset({"sign_out", "sign_out_everywhere"})  #: after which the browser forgets what it has of us


def install(app: Flask, *, secure: bool) -> None:
    """Add them to every answer of the application."""

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(ALWAYS)
        if response.headers.get("Content-Disposition", "").startswith("attachment"):
            response.headers.update(IN_A_BOX)
        if secure:
            response.headers["Strict-Transport-Security"] = TWO_YEARS
        if not (request.endpoint or "").endswith("static"):
            response.headers["Cache-Control"] = "no-store"  # computers are shared
        if request.endpoint in LEFT and response.status_code < 400:  # noqa: PLR2004 - HTTP's own border
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
