using System.Text.Json;

namespace Signalbox.Dialects;

/// <summary>A dialect that has an endpoint which counts the tokens of a request without answering it.</summary>
internal interface ITokenCountDialect
{
    /// <summary>The field that holds the conversation.</summary>
    string MessagesField { get; }

    string CountTokensPath(string upstream);

    /// <summary>Writes the count for a caller.</summary>
    void WriteTokenCount(int tokens, Utf8JsonWriter json);
}
