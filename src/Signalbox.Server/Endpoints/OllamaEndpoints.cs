namespace Signalbox.Server.Endpoints;

/// <summary>What Ollama's clients ask before they chat.</summary>
internal static class OllamaEndpoints
{
    /// <summary>The version of Ollama's protocol that is spoken; clients compare it to switch features on.</summary>
    private const string Version = """{"version":"0.12.0"}""";

    public static Task VersionAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(Version);
    }
}
