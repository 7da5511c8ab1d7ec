using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>
/// A complete answer over HTTP: read whole before the caller sees anything, so that whatever is wrong with it can be moved on
/// from. Relayed bytes go on as they came; otherwise the answer goes through the vocabulary.
/// </summary>
internal sealed class CompleteDelivery(ProviderCall call, WireAnswer answer, SignatureStore signatures)
    : Delivery(call)
{
    private const int MaxAnswerBytes = 256 * 1024 * 1024;
    private readonly PooledBuffer _body = new();
    private JsonDocument? _document;
    private ChatResponse? _response;

    public override AnswerNotes Notes { get; } = new() { Text = call.Text };

    public override bool IsRelayed => answer.Relays;

    public override async Task<GatewayError?> OpenAsync(AttemptDeadline deadline)
    {
        try
        {
            int read;
            while ((read = await answer.Body.ReadAsync(_body.GetMemory(4096), deadline.Token)) > 0)
            {
                _body.Advance(read);
                if (_body.Length > MaxAnswerBytes)
                {
                    return NotInProtocol("an answer of more than 256 MB");
                }
            }
        }
        catch (Exception e) when (IsReadFailure(e) && !Context.Aborted.IsCancellationRequested)
        {
            return ErrorOf(e, deadline, started: false);
        }

        return Read();
    }

    public override async Task<GatewayError?> PumpAsync(AttemptDeadline deadline)
    {
        var cost = AttemptTotals.CostWith(Context, Notes);
        switch (Context.Caller)
        {
            case WireCaller wire:
                using (var translated = answer.Relays ? null : Translate())
                {
                    var body = (translated ?? _body).Written;
                    AnswerHeaders.Write(Context, wire, answer.Headers, cost);
                    wire.Start(200, answer.Relays ? answer.ContentType : "application/json", body.Length);
                    await wire.Body.WriteAsync(body, Context.Aborted);
                }

                break;
            case InProcessCaller inProcess:
                inProcess.Take(_response!);
                break;
        }

        return null;
    }

    public override void Dispose()
    {
        _document?.Dispose();
        _body.Dispose();
    }

    private PooledBuffer Translate()
    {
        var body = new PooledBuffer();
        using var json = new Utf8JsonWriter(body, JsonText.Compact);
        Context.Dialect!.WriteResponse(_response!, AnswerContexts.Create(Context), json);
        return body;
    }

    private GatewayError? Read()
    {
        try
        {
            // The vocabulary may hold parts of the document, so it lives as long as the delivery.
            _document = JsonDocument.Parse(_body.Written);
            var root = _document.RootElement;
            var problems = new ReadProblems();
            var response = answer.Dialect.ReadResponse(root, problems);
            if (response is null || problems.Error is not null)
            {
                var isError = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
                return isError ? answer.Dialect.ReadError(200, root) : NotInProtocol(answer.ContentType);
            }

            if (!answer.Relays)
            {
                var collector = new SignatureCollector(signatures);
                foreach (var message in response.Messages)
                {
                    Call.ToolNames?.Restore(message.Contents);
                    collector.Take(message.Contents);
                }

                // Before it is noted: a judge compares it with other answers as the caller sees them.
                AnswerUnmasker.For(Context)?.Apply(response);
                _response = response;
            }

            Notes.Note(response);
            if (Call.HidesLogprobs)
            {
                response.AdditionalProperties?.Remove(Vocabulary.TokenLogprobs);
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NotInProtocol(answer.ContentType);
        }
    }
}
