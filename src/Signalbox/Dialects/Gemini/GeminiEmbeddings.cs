using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>Embeddings: <c>embedContent</c> for one text, <c>batchEmbedContents</c> for several. Google's own clients batch always.</summary>
internal static class GeminiEmbeddings
{
    public static string Path(string upstream, bool isBatch) => GeminiModels.Path(upstream, isBatch ? "batchEmbedContents" : "embedContent");

    /// <summary>Whether a request has the form of a batch: the caller's own, or because it has several texts.</summary>
    public static bool IsBatch(EmbeddingRequest request) =>
        request.Inputs.Count != 1 || (request.Body.ValueKind == JsonValueKind.Object && request.Body.TryGetProperty("requests", out _));

    public static EmbeddingRequest? ReadRequest(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var inputs = new List<string>();
        JsonElement first;
        if (body.TryGetProperty("requests", out _))
        {
            first = ReadBatch(body, inputs, problems);
        }
        else
        {
            first = body;
            ReadText(body, inputs, problems);
        }

        var model = inbound.Model ?? problems.String(body, "model", required: true);
        var dimensions = problems.Int(first, GeminiFields.Of(first, "outputDimensionality"));
        var taskType = problems.String(first, GeminiFields.Of(first, "taskType"));
        return problems.Error is not null ? null : new EmbeddingRequest
        {
            Model = GeminiModels.Bare(model!),
            Inputs = inputs,
            Dimensions = dimensions,
            TaskType = taskType,
            Body = body,
        };
    }

    public static void WriteRequest(EmbeddingRequest request, string upstream, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (!IsBatch(request))
        {
            WriteItem(request, request.Inputs[0], upstream, json);
        }
        else
        {
            json.WriteStartArray("requests"u8);
            foreach (var input in request.Inputs)
            {
                json.WriteStartObject();
                WriteItem(request, input, upstream, json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public static GeneratedEmbeddings<Embedding<float>>? Read(JsonElement body, ReadProblems problems)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        if (GeminiFields.TryGet(body, "embedding", out var only))
        {
            problems.Enter("embedding");
            Add(only, embeddings, problems);
            problems.Leave();
        }
        else if (problems.Array(body, "embeddings", required: true) is { } several)
        {
            foreach (var item in several.EnumerateArray())
            {
                problems.Enter("embeddings", embeddings.Count);
                Add(item, embeddings, problems);
                problems.Leave();
                if (problems.Error is not null)
                {
                    break;
                }
            }
        }

        embeddings.Usage = GeminiFields.TryGet(body, "usageMetadata", out var usage) && usage.ValueKind == JsonValueKind.Object
            ? GeminiUsage.Read(usage).ToDetails() : null;
        return problems.Error is null ? embeddings : null;
    }

    public static void Write(GeneratedEmbeddings<Embedding<float>> embeddings, EmbeddingRequest request, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (!IsBatch(request) && embeddings.Count > 0)
        {
            json.WritePropertyName("embedding"u8);
            WriteValues(embeddings[0], json);
        }
        else
        {
            json.WriteStartArray("embeddings"u8);
            foreach (var embedding in embeddings)
            {
                WriteValues(embedding, json);
            }

            json.WriteEndArray();
        }

        if (embeddings.Usage is { } usage)
        {
            json.WritePropertyName("usageMetadata"u8);
            GeminiUsage.Write(usage, json);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads all requests of a batch; dimensions and purpose are taken from the first.</summary>
    private static JsonElement ReadBatch(JsonElement body, List<string> inputs, ReadProblems problems)
    {
        if (problems.Array(body, "requests", required: true) is not { } requests)
        {
            return default;
        }

        if (requests.GetArrayLength() == 0)
        {
            problems.Fail("requests", "must hold at least one request");
            return default;
        }

        foreach (var request in requests.EnumerateArray())
        {
            problems.Enter("requests", inputs.Count);
            if (problems.Is(request, JsonValueKind.Object, null, "an object"))
            {
                ReadText(request, inputs, problems);
            }

            problems.Leave();
            if (problems.Error is not null)
            {
                break;
            }
        }

        return requests[0];
    }

    private static void ReadText(JsonElement request, List<string> inputs, ReadProblems problems)
    {
        if (problems.Object(request, "content", required: true) is not { } content)
        {
            return;
        }

        problems.Enter("content");
        if (problems.Array(content, "parts", required: true) is { } parts)
        {
            var texts = new List<string>();
            foreach (var part in parts.EnumerateArray())
            {
                problems.Enter("parts", texts.Count);
                if (problems.Is(part, JsonValueKind.Object, null, "an object"))
                {
                    texts.Add(problems.String(part, "text", required: true) ?? "");
                }

                problems.Leave();
                if (problems.Error is not null)
                {
                    break;
                }
            }

            inputs.Add(string.Join('\n', texts));
        }

        problems.Leave();
    }

    private static void WriteItem(EmbeddingRequest request, string input, string upstream, Utf8JsonWriter json)
    {
        json.WriteString("model"u8, "models/" + GeminiModels.Bare(upstream));
        json.WriteStartObject("content"u8);
        json.WriteStartArray("parts"u8);
        GeminiPartWriter.WriteText(input, isThought: false, signature: null, json);
        json.WriteEndArray();
        json.WriteEndObject();
        if (request.TaskType is { } taskType)
        {
            json.WriteString("taskType"u8, taskType);
        }

        if (request.Dimensions is { } dimensions)
        {
            json.WriteNumber("outputDimensionality"u8, dimensions);
        }
    }

    private static void Add(JsonElement item, GeneratedEmbeddings<Embedding<float>> embeddings, ReadProblems problems)
    {
        if (problems.Is(item, JsonValueKind.Object, null, "an object")
            && problems.Array(item, "values", required: true) is { } values
            && FloatVectors.Read(values, "values", problems) is { } vector)
        {
            embeddings.Add(new Embedding<float>(vector));
        }
    }

    private static void WriteValues(Embedding<float> embedding, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("values"u8);
        FloatVectors.Write(embedding.Vector.Span, json);
        json.WriteEndObject();
    }
}
