using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>The embeddings of a dialect, in both directions. Implemented by the dialects that have them.</summary>
internal interface IEmbeddingDialect
{
    /// <summary>Path of an embedding call below the provider's base URL.</summary>
    string EmbeddingPath(string upstream, int inputCount);

    /// <summary>Path of the call for one request. A relayed body keeps the caller's form, so its path must too.</summary>
    string EmbeddingPath(string upstream, EmbeddingRequest request) => EmbeddingPath(upstream, request.Inputs.Count);

    /// <summary>Reads a caller's request. Null when <paramref name="problems"/> has an error.</summary>
    EmbeddingRequest? ReadEmbeddingRequest(InboundRequest inbound, ReadProblems problems);

    /// <summary>Writes a request for a provider; its form goes with the path for the same request.</summary>
    void WriteEmbeddingRequest(EmbeddingRequest request, string upstream, Utf8JsonWriter json);

    /// <summary>Reads a provider's answer, one vector per input in their order. Problems mean that the provider broke its protocol.</summary>
    GeneratedEmbeddings<Embedding<float>>? ReadEmbeddings(JsonElement body, ReadProblems problems);

    /// <summary>Writes an answer for a caller.</summary>
    void WriteEmbeddings(GeneratedEmbeddings<Embedding<float>> embeddings, EmbeddingRequest request, string model, Utf8JsonWriter json);
}
