using System.IO.Pipelines;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Answers;
using Signalbox.Providers;

namespace Signalbox.Server.Hosting;

/// <summary>A caller over HTTP.</summary>
internal sealed class HttpCaller(HttpContext http, IDialect dialect) : WireCaller
{
    public override PipeWriter Body => http.Response.BodyWriter;

    public override void SetHeader(string name, string value) => http.Response.Headers[name] = value;

    public override void Start(int status, string contentType, long? length = null)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = length;
        if (length is null)
        {
            // Proxies on the way must not gather a stream.
            response.Headers.CacheControl = "no-cache";
            response.Headers["X-Accel-Buffering"] = "no";
        }
    }

    public override void Abort() => http.Abort();

    public override Task RefuseAsync(RequestContext context, FailedAnswer failure)
    {
        AnswerHeaders.Write(context, this, failure.Headers);
        return ErrorResponse.WriteAsync(http, dialect, failure, context.Id);
    }
}
