using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>The parts of a stream that are no text: calls, whole or in pieces, and the rare others.</summary>
internal sealed class GeminiStreamCalls
{
    private GeminiPartialCall? _open;

    /// <summary>How many calls the stream has made.</summary>
    public int Count { get; private set; }

    public void Read(JsonElement part, IList<AIContent> contents)
    {
        if (GeminiFields.TryGet(part, "functionCall", out var call) && call.ValueKind == JsonValueKind.Object && IsPiece(call))
        {
            ReadPiece(part, call, contents);
            return;
        }

        var problems = new ReadProblems();
        var content = GeminiParts.Read(part, null, problems);
        if (problems.Error is { } error)
        {
            throw new JsonException(error.Message);
        }

        if (content is FunctionCallContent whole)
        {
            End(contents);
            contents.Add(new ToolCallDelta(Count++)
            {
                CallId = whole.CallId,
                Name = whole.Name,
                Arguments = Contents.ArgumentsText(whole),
                AdditionalProperties = SignatureOnly(whole),
            });
        }
        else if (content is not null)
        {
            contents.Add(content);
        }
    }

    /// <summary>Ends a call that came in pieces. Its last piece may be missing when the answer ends.</summary>
    public void End(IList<AIContent> contents)
    {
        if (_open is not null)
        {
            contents.Add(new ToolCallDelta(_open.Index) { Arguments = _open.Arguments() });
            _open = null;
        }
    }

    private bool IsPiece(JsonElement call) =>
        GeminiFields.TryGet(call, "partialArgs", out _) || GeminiFields.TryGet(call, "willContinue", out _) || !GeminiFields.TryGet(call, "name", out _);

    private void ReadPiece(JsonElement part, JsonElement call, IList<AIContent> contents)
    {
        if (GeminiFields.Text(call, "name") is { Length: > 0 } name)
        {
            End(contents);
            var id = GeminiFields.Text(call, "id");
            var delta = new ToolCallDelta(Count) { CallId = string.IsNullOrEmpty(id) ? ToolCallIds.New() : id, Name = name };
            if (GeminiFields.Text(part, "thoughtSignature") is { } signature)
            {
                GeminiParts.Sign(delta, signature);
            }

            contents.Add(delta);
            _open = new GeminiPartialCall(Count++);
        }

        if (GeminiFields.TryGet(call, "partialArgs", out var pieces))
        {
            _open?.Add(pieces);
        }

        var isOpen = GeminiFields.TryGet(call, "willContinue", out var more) && more.ValueKind == JsonValueKind.True;
        if (!isOpen)
        {
            End(contents);
        }
    }

    private static AdditionalPropertiesDictionary? SignatureOnly(FunctionCallContent call)
    {
        if (GeminiPartWriter.SignatureOf(call) is not { } signature)
        {
            return null;
        }

        return new() { [Vocabulary.ThoughtSignature] = signature, [Vocabulary.SignedBy] = GeminiDialect.DialectName };
    }
}
