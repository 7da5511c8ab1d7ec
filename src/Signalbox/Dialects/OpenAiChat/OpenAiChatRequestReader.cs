using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Reads a caller's chat completion request.</summary>
internal static class OpenAiChatRequestReader
{
    public static DialectRequest? Read(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var model = inbound.Model ?? problems.String(body, "model", required: true);
        var messages = problems.Array(body, "messages", required: true) is { } list ? OpenAiChatMessageReader.Read(list, problems) : null;
        var options = ReadOptions(body, problems);
        var stream = problems.Bool(body, "stream") ?? inbound.Stream ?? false;
        var wantsUsage = ReadIncludeUsage(body, problems);
        return problems.Error is not null ? null : new DialectRequest
        {
            Model = model!,
            Messages = messages!,
            Options = options,
            Stream = stream,
            WantsUsage = !stream || wantsUsage,
            Body = body,
        };
    }

    internal static ChatOptions ReadOptions(JsonElement body, ReadProblems problems)
    {
        var options = new ChatOptions
        {
            Temperature = problems.Number(body, "temperature"),
            TopP = problems.Number(body, "top_p"),
            TopK = problems.Int(body, "top_k"),
            FrequencyPenalty = problems.Number(body, "frequency_penalty"),
            PresencePenalty = problems.Number(body, "presence_penalty"),
            Seed = problems.Long(body, "seed"),
            MaxOutputTokens = problems.Int(body, "max_completion_tokens") ?? problems.Int(body, "max_tokens"),
            AllowMultipleToolCalls = problems.Bool(body, "parallel_tool_calls"),
            StopSequences = ReadStop(body, problems),
        };
        Vocabulary.Set(options, Vocabulary.ChoiceCount, problems.Int(body, "n"));
        Vocabulary.Set(options, Vocabulary.User, problems.String(body, "user"));
        ReadLogprobs(body, options, problems);
        ReadReasoning(body, options, problems);
        ReadFormat(body, options, problems);
        OpenAiTools.Read(body, options, problems);
        OpenAiShared.Read(body, options);
        return options;
    }

    internal static bool ReadIncludeUsage(JsonElement body, ReadProblems problems)
    {
        if (problems.Object(body, "stream_options") is not { } streamOptions)
        {
            return false;
        }

        problems.Enter("stream_options");
        var include = problems.Bool(streamOptions, "include_usage") ?? false;
        problems.Leave();
        return include;
    }

    private static List<string>? ReadStop(JsonElement body, ReadProblems problems)
    {
        if (problems.Get(body, "stop", required: false) is not { } stop)
        {
            return null;
        }

        if (stop.ValueKind == JsonValueKind.String)
        {
            return [stop.GetString()!];
        }

        return problems.Is(stop, JsonValueKind.Array, "stop", "a string or an array of strings") ? OpenAiShared.Strings(stop, "stop", problems) : null;
    }

    private static void ReadLogprobs(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        // The legacy endpoint gives a number here, and means the number of alternatives.
        if (body.TryGetProperty("logprobs", out var logprobs) && logprobs.ValueKind == JsonValueKind.Number)
        {
            Vocabulary.Set(options, Vocabulary.Logprobs, true);
            Vocabulary.Set(options, Vocabulary.TopLogprobs, problems.Int(body, "logprobs"));
            return;
        }

        Vocabulary.Set(options, Vocabulary.Logprobs, problems.Bool(body, "logprobs"));
        Vocabulary.Set(options, Vocabulary.TopLogprobs, problems.Int(body, "top_logprobs"));
    }

    private static void ReadReasoning(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        var effort = problems.String(body, "reasoning_effort");
        // OpenRouter's form; elsewhere the object is unknown and left alone.
        if (effort is null && body.TryGetProperty("reasoning", out var reasoning) && reasoning.ValueKind == JsonValueKind.Object)
        {
            problems.Enter("reasoning");
            effort = problems.String(reasoning, "effort");
            Vocabulary.Set(options, Vocabulary.ThinkingBudget, problems.Int(reasoning, "max_tokens"));
            problems.Leave();
        }

        OpenAiShared.SetEffort(options, effort);
    }

    private static void ReadFormat(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Object(body, "response_format") is not { } format)
        {
            return;
        }

        problems.Enter("response_format");
        switch (problems.String(format, "type", required: true))
        {
            case "text":
                options.ResponseFormat = ChatResponseFormat.Text;
                break;
            case "json_object":
                options.ResponseFormat = ChatResponseFormat.Json;
                break;
            case "json_schema" when problems.Object(format, "json_schema", required: true) is { } schema:
                problems.Enter("json_schema");
                OpenAiShared.ReadSchema(schema, options, problems);
                problems.Leave();
                break;
        }

        problems.Leave();
    }
}
