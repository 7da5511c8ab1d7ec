using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Reads a caller's Messages request.</summary>
internal static class AnthropicRequestReader
{
    public static DialectRequest? Read(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var model = inbound.Model ?? problems.String(body, "model", required: true);
        var options = ReadOptions(body, problems);
        ReadLimit(body, options, problems);
        var messages = new List<ChatMessage>();
        AnthropicMessageReader.ReadSystem(body, messages, problems);
        if (problems.Array(body, "messages", required: true) is { } list)
        {
            AnthropicMessageReader.Read(list, messages, problems);
        }

        var stream = problems.Bool(body, "stream") ?? inbound.Stream ?? false;
        return problems.Error is not null ? null : new DialectRequest
        {
            Model = model!,
            Messages = messages,
            Options = options,
            Stream = stream,
            Body = body,
        };
    }

    private static void ReadLimit(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        options.MaxOutputTokens = problems.Int(body, "max_tokens");
        if (options.MaxOutputTokens is null)
        {
            problems.Fail("max_tokens", "is required");
        }
        else if (options.MaxOutputTokens < 0)
        {
            problems.Fail("max_tokens", "must not be negative");
        }
    }

    private static ChatOptions ReadOptions(JsonElement body, ReadProblems problems)
    {
        var options = new ChatOptions
        {
            Temperature = problems.Number(body, "temperature"),
            TopP = problems.Number(body, "top_p"),
            TopK = problems.Int(body, "top_k"),
            StopSequences = ReadStop(body, problems),
        };
        if (problems.Object(body, "metadata") is { } metadata)
        {
            problems.Enter("metadata");
            Vocabulary.Set(options, Vocabulary.User, problems.String(metadata, "user_id"));
            problems.Leave();
        }

        if (problems.Object(body, Vocabulary.CacheControl) is { } hint)
        {
            Vocabulary.Set(options, Vocabulary.CacheControl, hint);
        }

        AnthropicReasoning.Read(body, options, problems);
        ReadFormat(body, options, problems);
        AnthropicTools.Read(body, options, problems);
        return options;
    }

    private static List<string>? ReadStop(JsonElement body, ReadProblems problems)
    {
        if (problems.Array(body, "stop_sequences") is not { } list)
        {
            return null;
        }

        var sequences = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            problems.Enter("stop_sequences", sequences.Count);
            var isText = problems.Is(item, JsonValueKind.String, null, "a string");
            problems.Leave();
            if (!isText)
            {
                return null;
            }

            sequences.Add(item.GetString()!);
        }

        return sequences;
    }

    /// <summary>The schema is in <c>output_config.format</c>; while the feature was in beta it was in <c>output_format</c>.</summary>
    private static void ReadFormat(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Object(body, "output_config") is { } config)
        {
            problems.Enter("output_config");
            ReadFormat(config, "format", options, problems);
            problems.Leave();
        }

        ReadFormat(body, "output_format", options, problems);
    }

    private static void ReadFormat(JsonElement parent, string field, ChatOptions options, ReadProblems problems)
    {
        if (problems.Object(parent, field) is not { } format)
        {
            return;
        }

        problems.Enter(field);
        if (problems.String(format, "type", required: true) == "json_schema" && problems.Object(format, "schema", required: true) is { } schema)
        {
            options.ResponseFormat = ChatResponseFormat.ForJsonSchema(schema);
        }

        problems.Leave();
    }
}
