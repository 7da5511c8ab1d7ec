using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.Ollama;

/// <summary>Embeddings of Ollama, <c>/api/embed</c>: a text or a list of texts, one vector each.</summary>
internal static class OllamaEmbeddings
{
    public static EmbeddingRequest? ReadRequest(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var model = problems.String(body, "model", required: true);
        var inputs = ReadInputs(body, problems);
        var dimensions = problems.Int(body, "dimensions");
        _ = problems.Bool(body, "truncate");
        _ = problems.Object(body, "options");
        return problems.Error is not null ? null : new EmbeddingRequest { Model = model!, Inputs = inputs, Dimensions = dimensions, Body = body };
    }

    public static void WriteRequest(EmbeddingRequest request, string upstream, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, upstream);
        json.WriteStartArray("input"u8);
        foreach (var input in request.Inputs)
        {
            json.WriteStringValue(input);
        }

        json.WriteEndArray();
        if (request.Dimensions is { } dimensions)
        {
            json.WriteNumber("dimensions"u8, dimensions);
        }

        // A text that is too long is an error in every other protocol; Ollama would silently leave out its end.
        json.WriteBoolean("truncate"u8, false);
        json.WriteEndObject();
    }

    public static GeneratedEmbeddings<Embedding<float>>? Read(JsonElement body, ReadProblems problems)
    {
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object") || problems.Array(body, "embeddings", required: true) is not { } list)
        {
            return null;
        }

        var embeddings = new GeneratedEmbeddings<Embedding<float>>(list.GetArrayLength())
        {
            Usage = OllamaResponseReader.UsageOf(OllamaFields.Count(body, "prompt_eval_count"), null),
        };
        foreach (var item in list.EnumerateArray())
        {
            problems.Enter("embeddings", embeddings.Count);
            var vector = FloatVectors.Read(item, null, problems);
            problems.Leave();
            if (vector is null)
            {
                return null;
            }

            embeddings.Add(new Embedding<float>(vector) { ModelId = OllamaFields.Text(body, "model") });
        }

        return embeddings;
    }

    public static void Write(GeneratedEmbeddings<Embedding<float>> embeddings, string model, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteStartArray("embeddings"u8);
        foreach (var embedding in embeddings)
        {
            FloatVectors.Write(embedding.Vector.Span, json);
        }

        json.WriteEndArray();
        json.WriteNumber("total_duration"u8, 0);
        json.WriteNumber("load_duration"u8, 0);
        if (embeddings.Usage?.InputTokenCount is { } count)
        {
            json.WriteNumber("prompt_eval_count"u8, count);
        }

        json.WriteEndObject();
    }

    private static List<string> ReadInputs(JsonElement body, ReadProblems problems)
    {
        if (problems.Get(body, "input", required: true) is not { } input)
        {
            return [];
        }

        if (input.ValueKind == JsonValueKind.String)
        {
            return [input.GetString()!];
        }

        if (!problems.Is(input, JsonValueKind.Array, "input", "a string or an array of strings"))
        {
            return [];
        }

        if (input.GetArrayLength() == 0)
        {
            problems.Fail("input", "must hold at least one text");
        }

        return OpenAiShared.Strings(input, "input", problems);
    }
}
