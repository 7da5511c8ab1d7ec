using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Signalbox.FunctionalTests.Support;

/// <summary>One request that reached a <see cref="FakeUpstream"/>, and the means to answer it well or badly.</summary>
internal sealed class UpstreamCall
{
    private readonly HttpContext _http;
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _abortedAt;

    private UpstreamCall(HttpContext http, byte[] body)
    {
        _http = http;
        Body = body;
        (Method, Protocol) = (http.Request.Method, http.Request.Protocol);
        (Path, Query) = (http.Request.Path.Value!, http.Request.QueryString.Value ?? "");
        Headers = http.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        http.RequestAborted.Register(() =>
        {
            Interlocked.CompareExchange(ref _abortedAt, Stopwatch.GetTimestamp(), 0);
            _aborted.TrySetResult();
        });
    }

    public string Method { get; }

    public string Path { get; }

    public string Query { get; }

    public string Protocol { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The body as it came.</summary>
    public byte[] Body { get; }

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Ends when the gateway gives the call up.</summary>
    public Task Aborted => _aborted.Task;

    /// <summary>When it was given up, as <see cref="Stopwatch"/> counts; 0 while it was not.</summary>
    public long AbortedAt => Interlocked.Read(ref _abortedAt);

    public CancellationToken AbortedToken => _http.RequestAborted;

    public static async Task<UpstreamCall> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return new UpstreamCall(http, body.ToArray());
    }

    public UpstreamCall Header(string name, string value)
    {
        _http.Response.Headers[name] = value;
        return this;
    }

    /// <summary>A whole answer with its length.</summary>
    public Task AnswerAsync(int status, string contentType, ReadOnlyMemory<byte> body) => AnswerAsync(status, contentType, body, body.Length);

    public Task AnswerAsync(int status, string contentType, string body) => AnswerAsync(status, contentType, Encoding.UTF8.GetBytes(body));

    /// <summary>An answer that claims <paramref name="claimedLength"/>; where it is more than there is, the connection is cut at the end.</summary>
    public async Task AnswerAsync(int status, string contentType, ReadOnlyMemory<byte> body, long claimedLength)
    {
        _http.Response.StatusCode = status;
        _http.Response.ContentType = contentType;
        _http.Response.ContentLength = claimedLength;
        await _http.Response.Body.WriteAsync(body, AbortedToken);
        await _http.Response.Body.FlushAsync(AbortedToken);
        if (claimedLength > body.Length)
        {
            Cut();
        }
    }

    /// <summary>Sends the head of a stream.</summary>
    public async Task StartAsync(int status, string contentType)
    {
        _http.Response.StatusCode = status;
        _http.Response.ContentType = contentType;
        await _http.Response.StartAsync(AbortedToken);
        await _http.Response.Body.FlushAsync(AbortedToken);
    }

    /// <summary>Sends a piece of a stream at once.</summary>
    public Task SendAsync(string piece) => SendAsync(Encoding.UTF8.GetBytes(piece));

    public async Task SendAsync(ReadOnlyMemory<byte> piece)
    {
        await _http.Response.Body.WriteAsync(piece, AbortedToken);
        await _http.Response.Body.FlushAsync(AbortedToken);
    }

    /// <summary>Breaks the connection.</summary>
    public void Cut() => _http.Abort();

    /// <summary>Says nothing more until the gateway gives up.</summary>
    public Task StallAsync() => Aborted;
}
