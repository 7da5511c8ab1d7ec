using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.GeminiSchemas;

namespace Signalbox.Dialects.Gemini;

/// <summary>Reads a caller's generateContent request. The model and the stream switch are in its path.</summary>
internal static class GeminiRequestReader
{
    public static DialectRequest? Read(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var model = inbound.Model ?? problems.String(body, "model", required: true);
        var messages = GeminiContentReader.Read(body, problems);
        var options = new ChatOptions();
        GeminiTools.Read(body, options, problems);
        var field = GeminiFields.Of(body, "generationConfig");
        if (problems.Object(body, field) is { } config)
        {
            problems.Enter(field);
            ReadConfig(config, options, problems);
            problems.Leave();
        }

        return problems.Error is not null ? null : new DialectRequest
        {
            Model = GeminiModels.Bare(model!),
            Messages = messages,
            Options = options,
            Stream = inbound.Stream ?? false,
            Body = body,
        };
    }

    private static void ReadConfig(JsonElement config, ChatOptions options, ReadProblems problems)
    {
        options.Temperature = problems.Number(config, "temperature");
        options.TopP = problems.Number(config, GeminiFields.Of(config, "topP"));
        options.TopK = problems.Int(config, GeminiFields.Of(config, "topK"));
        options.MaxOutputTokens = problems.Int(config, GeminiFields.Of(config, "maxOutputTokens"));
        options.PresencePenalty = problems.Number(config, GeminiFields.Of(config, "presencePenalty"));
        options.FrequencyPenalty = problems.Number(config, GeminiFields.Of(config, "frequencyPenalty"));
        options.Seed = problems.Long(config, "seed");
        options.StopSequences = ReadStop(config, problems);
        Vocabulary.Set(options, Vocabulary.ChoiceCount, problems.Int(config, GeminiFields.Of(config, "candidateCount")));
        Vocabulary.Set(options, Vocabulary.Logprobs, problems.Bool(config, GeminiFields.Of(config, "responseLogprobs")));
        Vocabulary.Set(options, Vocabulary.TopLogprobs, problems.Int(config, "logprobs"));
        ReadFormat(config, options, problems);
        GeminiThinking.Read(config, options, problems);
    }

    private static List<string>? ReadStop(JsonElement config, ReadProblems problems)
    {
        var field = GeminiFields.Of(config, "stopSequences");
        return problems.Array(config, field) is { } stop ? GeminiTools.Strings(stop, field, problems) : null;
    }

    private static void ReadFormat(JsonElement config, ChatOptions options, ReadProblems problems)
    {
        var type = problems.String(config, GeminiFields.Of(config, "responseMimeType"));
        var schema = ReadSchema(config, problems);
        if (schema is { } given && (type is null or "application/json"))
        {
            options.ResponseFormat = ChatResponseFormat.ForJsonSchema(given);
        }
        else if (type == "application/json")
        {
            options.ResponseFormat = ChatResponseFormat.Json;
        }
        else if (type == "text/plain")
        {
            options.ResponseFormat = ChatResponseFormat.Text;
        }
    }

    private static JsonElement? ReadSchema(JsonElement config, ReadProblems problems)
    {
        var field = GeminiFields.Of(config, "responseJsonSchema");
        if (problems.Object(config, field) is { } schema)
        {
            return schema;
        }

        field = GeminiFields.Of(config, "responseSchema");
        return problems.Object(config, field) is { } subset ? GeminiSchemaReader.Read(subset) : null;
    }
}
