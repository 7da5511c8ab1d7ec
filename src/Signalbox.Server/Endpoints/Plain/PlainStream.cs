using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Pipeline;
using Signalbox.Providers;

namespace Signalbox.Server.Endpoints.Plain;

/// <summary>
/// A caller who reads an answer as server-sent events: a piece of text per event, <c>[DONE]</c> at the end, or an event named <c>error</c>. A line
/// break within a piece makes several <c>data:</c> lines of one event, as the standard has it.
/// </summary>
internal sealed class PlainStream(HttpContext http) : InProcessCaller
{
    private const string End = "[DONE]";
    private bool _hasBegun;
    private bool _endsInReturn;
    private bool _hasFailed;

    /// <summary>The request whose answer this is; set before it runs.</summary>
    public RequestContext Context { get; set; } = null!;

    private PipeWriter Body => http.Response.BodyWriter;

    public override async ValueTask TakeAsync(ChatResponseUpdate update, CancellationToken cancel)
    {
        var text = update.Text;
        if (text.Length > 0)
        {
            Begin();
            WriteText(text);
            await Body.FlushAsync(cancel);
        }
    }

    public override void Take(ChatResponse response)
    {
        Begin();
        WriteText(response.Text);
    }

    public override void Fail(GatewayError error)
    {
        Begin();
        Write("event: error\ndata: "u8);
        using (var json = new Utf8JsonWriter(Body, JsonText.Compact))
        {
            PlainErrors.Write(error, json);
        }

        Write("\n\n"u8);
        _hasFailed = true;
    }

    public override Task RefuseAsync(RequestContext context, FailedAnswer failure)
    {
        _hasFailed = true;
        PlainErrors.WriteHeaders(http, context);
        return PlainErrors.WriteAsync(http, failure.Error);
    }

    /// <summary>Says that the answer is whole, where it is.</summary>
    public async Task CompleteAsync(CancellationToken cancel)
    {
        if (!_hasFailed)
        {
            Begin();
            WriteEvent(End);
        }

        if (http.Response.HasStarted || Body.UnflushedBytes > 0)
        {
            await Body.FlushAsync(cancel);
        }
    }

    private void Begin()
    {
        if (_hasBegun)
        {
            return;
        }

        _hasBegun = true;
        PlainErrors.WriteHeaders(http, Context);
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private void WriteText(string text)
    {
        // A line break of two characters may come in two pieces.
        if (_endsInReturn && text[0] == '\n')
        {
            text = text[1..];
        }

        _endsInReturn = text.EndsWith('\r');
        if (text == End)
        {
            // A model may say this too; only an event of its own ends a stream.
            WriteEvent(text[..1]);
            text = text[1..];
        }

        if (text.Length > 0)
        {
            WriteEvent(text);
        }
    }

    private void WriteEvent(string text)
    {
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            Write("data: "u8);
            Encoding.UTF8.GetBytes(line, Body);
            Write("\n"u8);
        }

        Write("\n"u8);
    }

    private void Write(ReadOnlySpan<byte> bytes) => Body.Write(bytes);
}
