using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>
/// Writes messages as contents. All results of one step go into one content, as many as there were calls and in their order;
/// a content without parts is refused by Google and left out.
/// </summary>
internal sealed class GeminiContentWriter
{
    /// <summary>Google's documented value for calls that no Gemini model made.</summary>
    private const string SkipSignature = "skip_thought_signature_validator";

    private readonly OutboundRequest _outbound;
    private readonly Utf8JsonWriter _json;
    private readonly bool _wantsSignatures;
    private readonly bool _takesMediaInResults;
    private readonly Dictionary<string, (string Name, int Order)> _calls = [];

    private GeminiContentWriter(OutboundRequest outbound, Utf8JsonWriter json)
    {
        _outbound = outbound;
        _json = json;
        _wantsSignatures = GeminiModels.WantsSignatures(outbound.Upstream, outbound.Capabilities);
        _takesMediaInResults = GeminiModels.TakesMediaInResults(outbound.Upstream);
    }

    private enum Speaker
    {
        User,
        Model,
        Tools,
    }

    /// <summary>Writes <c>contents</c> and <c>systemInstruction</c>.</summary>
    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var writer = new GeminiContentWriter(outbound, json);
        var system = writer.SystemTexts();
        var turns = writer.Turns();
        if (turns.Count == 0 && system.Count > 0)
        {
            // Elsewhere a system prompt alone is a request; here somebody must speak.
            outbound.Losses.Add("messages.system", LossKind.Emulated);
            turns.Add(new Turn(Speaker.User, [.. system.Select(static text => new TextContent(text))]));
            system.Clear();
        }

        json.WriteStartArray("contents"u8);
        foreach (var turn in turns)
        {
            writer.WriteTurn(turn);
        }

        json.WriteEndArray();
        if (system.Count > 0)
        {
            writer.WriteSystem(system);
        }
    }

    private static bool IsSystem(ChatMessage message) => message.Role == ChatRole.System || message.Role == Vocabulary.Developer;

    private List<string> SystemTexts()
    {
        var texts = new List<string>();
        if (_outbound.Request.Options.Instructions is { Length: > 0 } instructions)
        {
            texts.Add(instructions);
        }

        var isLeading = true;
        foreach (var message in _outbound.Request.Messages)
        {
            if (!IsSystem(message))
            {
                isLeading = false;
                continue;
            }

            if (!isLeading)
            {
                _outbound.Losses.Add("messages.system", LossKind.Approximated);
            }

            if (message.Role == Vocabulary.Developer)
            {
                _outbound.Losses.Add("messages.developer", LossKind.Approximated);
            }

            foreach (var content in message.Contents)
            {
                AddSystemText(content, texts);
            }
        }

        return texts;
    }

    private void AddSystemText(AIContent content, List<string> texts)
    {
        if (content is not TextContent text)
        {
            _outbound.Losses.Add("content." + ContentKinds.Of(content), LossKind.Dropped);
        }
        else if (text.Text.Length > 0)
        {
            texts.Add(text.Text);
        }
    }

    private void WriteSystem(List<string> texts)
    {
        _json.WriteStartObject("systemInstruction"u8);
        _json.WriteStartArray("parts"u8);
        foreach (var text in texts)
        {
            GeminiPartWriter.WriteText(text, isThought: false, signature: null, _json);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private List<Turn> Turns()
    {
        var turns = new List<Turn>();
        foreach (var message in _outbound.Request.Messages)
        {
            if (!IsSystem(message))
            {
                AddMessage(message, turns);
            }
        }

        return turns;
    }

    private void AddMessage(ChatMessage message, List<Turn> turns)
    {
        var isModel = message.Role == ChatRole.Assistant;
        Turn? own = null;
        foreach (var content in message.Contents)
        {
            if (content is FunctionCallContent call)
            {
                _calls[call.CallId] = (call.Name, _calls.Count);
            }

            if (!CanWrite(content))
            {
                continue;
            }

            if (content is FunctionResultContent)
            {
                var results = turns.Count > 0 && turns[^1].Speaker == Speaker.Tools ? turns[^1] : Add(turns, Speaker.Tools);
                results.Contents.Add(content);
                continue;
            }

            own ??= isModel && turns.Count > 0 && turns[^1].IsUnansweredStep ? turns[^1] : null;
            if (own is null || turns[^1] != own)
            {
                own = Add(turns, isModel ? Speaker.Model : Speaker.User);
            }

            own.Contents.Add(content);
        }
    }

    private static Turn Add(List<Turn> turns, Speaker speaker)
    {
        var turn = new Turn(speaker, []);
        turns.Add(turn);
        return turn;
    }

    /// <summary>Whether a content has a place in a Gemini request; what has none is reported.</summary>
    private bool CanWrite(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                return text.Text.Length > 0 || GeminiPartWriter.SignatureOf(text) is not null;
            case TextReasoningContent when Vocabulary.Get<string>(content.AdditionalProperties, Vocabulary.SignedBy) == GeminiDialect.DialectName:
                return true;
            case TextReasoningContent:
                _outbound.Losses.Add("messages.reasoning", LossKind.Dropped);
                return false;
            case HostedFileContent hosted when !GeminiParts.IsOwnFile(hosted.FileId):
                _outbound.Losses.Add("content.file", LossKind.Dropped);
                return false;
            case DataContent or UriContent or HostedFileContent or FunctionCallContent or FunctionResultContent or ErrorContent:
            case OpaqueContent { Dialect: GeminiDialect.DialectName }:
                return true;
            case UsageContent:
                return false;
            default:
                _outbound.Losses.Add("content." + ContentKinds.Of(content), LossKind.Dropped);
                return false;
        }
    }

    private void WriteTurn(Turn turn)
    {
        _json.WriteStartObject();
        _json.WriteString("role"u8, turn.Speaker == Speaker.Model ? "model"u8 : "user"u8);
        _json.WriteStartArray("parts"u8);
        if (turn.Speaker == Speaker.Tools)
        {
            WriteResults(turn.Contents);
        }
        else
        {
            WriteParts(turn.Contents);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteParts(List<AIContent> contents)
    {
        var isFirstCall = true;
        foreach (var content in contents)
        {
            switch (content)
            {
                case FunctionCallContent call:
                    var signature = GeminiPartWriter.SignatureOf(call) ?? (isFirstCall && _wantsSignatures ? SkipSignature : null);
                    GeminiPartWriter.WriteCall(call, signature, _outbound.Losses, _json);
                    isFirstCall = false;
                    break;
                case TextContent text:
                    GeminiPartWriter.WriteText(text.Text, isThought: false, GeminiPartWriter.SignatureOf(text), _json);
                    break;
                case TextReasoningContent thought:
                    GeminiPartWriter.WriteText(thought.Text, isThought: true, GeminiPartWriter.SignatureOf(thought), _json);
                    break;
                case ErrorContent refusal:
                    GeminiPartWriter.WriteText(refusal.Message, isThought: false, signature: null, _json);
                    break;
                case OpaqueContent own:
                    own.Raw.WriteTo(_json);
                    break;
                default:
                    GeminiPartWriter.WriteMedia(content, _json);
                    break;
            }
        }
    }

    /// <summary>Models that read no ids pair results of one name by order, so the order is that of the calls.</summary>
    private void WriteResults(List<AIContent> contents)
    {
        var results = contents.Cast<FunctionResultContent>().OrderBy(result => _calls.TryGetValue(result.CallId, out var call) ? call.Order : int.MaxValue);
        var shown = new List<AIContent>();
        foreach (var result in results)
        {
            var media = GeminiResults.MediaOf(result).Where(CanWrite).ToList();
            if (!_takesMediaInResults)
            {
                shown.AddRange(media);
                media.Clear();
            }

            GeminiPartWriter.WriteResult(result, NameOf(result.CallId), media, _json);
        }

        // Older models see what a tool made as something that the user shows beside its results.
        foreach (var content in shown)
        {
            _outbound.Losses.Add("tool_result." + ContentKinds.Of(content), LossKind.Emulated);
            GeminiPartWriter.WriteMedia(content, _json);
        }
    }

    private string NameOf(string callId)
    {
        if (_calls.TryGetValue(callId, out var call))
        {
            return call.Name;
        }

        _outbound.Losses.Add("tool_result.name", LossKind.Approximated);
        return callId.Length == 0 ? "tool" : callId;
    }

    private sealed class Turn(Speaker speaker, List<AIContent> contents)
    {
        public Speaker Speaker => speaker;

        public List<AIContent> Contents => contents;

        /// <summary>Calls that a client spread over several messages are one step, and are answered together.</summary>
        public bool IsUnansweredStep => Speaker == Speaker.Model && Contents.Exists(static content => content is FunctionCallContent);
    }
}
