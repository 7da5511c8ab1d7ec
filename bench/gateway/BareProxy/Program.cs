using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// Usage: BareProxy LISTEN_PORT UPSTREAM_ORIGIN. Forwards every request to the same path of the upstream.
var port = int.Parse(args[0]);
var upstream = args[1];

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
});
var app = builder.Build();

using var client = new HttpMessageInvoker(new SocketsHttpHandler
{
    UseProxy = false,
    UseCookies = false,
    AllowAutoRedirect = false,
    AutomaticDecompression = DecompressionMethods.None,
    ActivityHeadersPropagator = null,
});

app.Run(async context =>
{
    using var outgoing = Outgoing(context.Request);
    using var answer = await client.SendAsync(outgoing, context.RequestAborted);

    context.Response.StatusCode = (int)answer.StatusCode;
    foreach (var header in answer.Headers.NonValidated)
    {
        if (!IsConnectionHeader(header.Key))
        {
            context.Response.Headers[header.Key] = header.Value.ToString();
        }
    }
    foreach (var header in answer.Content.Headers.NonValidated)
    {
        context.Response.Headers[header.Key] = header.Value.ToString();
    }

    // HttpMessageInvoker returns as soon as the headers are there, and every write to the response body is flushed.
    await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
});
await app.RunAsync();

HttpRequestMessage Outgoing(HttpRequest incoming)
{
    var message = new HttpRequestMessage(new HttpMethod(incoming.Method), upstream + incoming.Path + incoming.QueryString)
    {
        Content = new StreamContent(incoming.Body),
    };
    foreach (var (name, values) in incoming.Headers)
    {
        if (!IsConnectionHeader(name) && !message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            message.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }
    return message;
}

static bool IsConnectionHeader(string name) =>
    name.Equals("Host", StringComparison.OrdinalIgnoreCase)
    || name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
    || name.Equals("Keep-Alive", StringComparison.OrdinalIgnoreCase)
    || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
