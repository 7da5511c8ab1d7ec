using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Fields;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>
/// The retired <c>/v1/completions</c>: a prompt instead of messages. Providers of openai-chat serve it too, so it is relayed to
/// them; elsewhere the prompt becomes one user message.
/// </summary>
internal sealed class LegacyCompletionsDialect : IDialect
{
    public static readonly LegacyCompletionsDialect Instance = new();

    public string Name => "openai-completions";

    public string Family => OpenAiChatDialect.DialectName;

    public FieldOperation Operation => FieldOperation.Completion;

    public StreamFraming Framing => StreamFraming.Sse;

    public string ChatPath(string upstream, bool stream) => "/completions";

    public DialectRequest? ReadRequest(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var model = problems.String(body, "model", required: true);
        var prompt = ReadPrompt(body, problems);
        var stream = problems.Bool(body, "stream") ?? false;
        var options = OpenAiChatRequestReader.ReadOptions(body, problems);
        return problems.Error is not null ? null : new DialectRequest
        {
            Model = model!,
            Messages = [new ChatMessage(ChatRole.User, prompt)],
            Options = options,
            Stream = stream,
            RelayOnly = prompt is null ? "prompt" : null,
            WantsUsage = !stream || OpenAiChatRequestReader.ReadIncludeUsage(body, problems),
            Body = body,
        };
    }

    public void WriteRequest(OutboundRequest outbound, Utf8JsonWriter json) => OpenAiChatRequestWriter.Write(outbound, json);

    public ChatResponse? ReadResponse(JsonElement body, ReadProblems problems) => OpenAiChatResponseReader.Read(body, problems);

    public void WriteResponse(ChatResponse response, AnswerContext context, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, "cmpl-" + context.RequestId);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, (response.CreatedAt ?? context.CreatedAt).ToUnixTimeSeconds());
        json.WriteString("model"u8, response.ModelId ?? context.Model);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, response.Text);
        json.WriteNumber("index"u8, 0);
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, FinishWord(response.FinishReason));
        json.WriteEndObject();
        json.WriteEndArray();
        if (response.Usage is { } usage)
        {
            json.WritePropertyName("usage"u8);
            OpenAiChatResponseWriter.WriteUsage(usage, json);
        }

        json.WriteEndObject();
    }

    public AnswerStreamReader CreateStreamReader() => new OpenAiChatStreamReader();

    public AnswerStreamWriter CreateStreamWriter(AnswerContext context) => new LegacyCompletionsStreamWriter(context);

    public GatewayError ReadError(int status, JsonElement body) => OpenAiErrors.Read(status, body);

    public void WriteError(GatewayError error, string requestId, Utf8JsonWriter json) => OpenAiErrors.Write(error, requestId, json);

    public RelayTap CreateTap(DialectRequest request) => new OpenAiChatTap(hideUsage: !request.WantsUsage);

    /// <summary>This endpoint knows no tool calls, and so no word for them.</summary>
    internal static string FinishWord(ChatFinishReason? reason) =>
        OpenAiChatResponseWriter.FinishWord(reason == ChatFinishReason.ToolCalls ? ChatFinishReason.Stop : reason);

    /// <summary>A text, or a list of exactly one; null for what no message can carry.</summary>
    private static string? ReadPrompt(JsonElement body, ReadProblems problems)
    {
        if (problems.Get(body, "prompt", required: true) is not { } prompt)
        {
            return "";
        }

        if (prompt.ValueKind == JsonValueKind.String)
        {
            return prompt.GetString()!;
        }

        if (!problems.Is(prompt, JsonValueKind.Array, "prompt", "a string or an array"))
        {
            return "";
        }

        // Token ids and several prompts can only be relayed.
        return prompt.GetArrayLength() == 1 && prompt[0].ValueKind == JsonValueKind.String ? prompt[0].GetString() : null;
    }
}
