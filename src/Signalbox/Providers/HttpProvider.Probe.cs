using Signalbox.Dialects.Anthropic;
using Signalbox.Dialects.Gemini;
using Signalbox.Dialects.Ollama;

namespace Signalbox.Providers;

/// <summary>Whether the service is there at all.</summary>
internal sealed partial class HttpProvider
{
    /// <summary>Asks for the list of models, which costs nothing. Any answer below 500 will do: what it says about the key is for requests to find out.</summary>
    public async Task<bool> IsReachableAsync(CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _config.BaseUrl + ModelsPath);
        AddCredentials(request, _dialect);
        try
        {
            using var response = await _connections.SendAsync(request, cancel);
            return (int)response.StatusCode < 500;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private string ModelsPath => _dialect.Name switch
    {
        AnthropicDialect.DialectName => "/v1/models",
        GeminiDialect.DialectName => "/v1beta/models",
        OllamaDialect.DialectName => "/api/tags",
        _ => "/models",
    };
}
