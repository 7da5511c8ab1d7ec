using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

/// <summary>
/// Wire shapes kept as files. Run the tests with SIGNALBOX_WRITE_GOLDEN=1 to write them anew after a wanted change, and read
/// the difference before it is committed.
/// </summary>
internal static class Golden
{
    private static bool IsWriting => Environment.GetEnvironmentVariable("SIGNALBOX_WRITE_GOLDEN") == "1";

    public static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllBytes(PathOf(name))).RootElement;

    public static void Check(string name, JsonElement actual)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            actual.WriteTo(json);
        }

        Check(name, Encoding.UTF8.GetString(buffer.ToArray()) + "\n");
    }

    public static void Check(string name, byte[] actual) => Check(name, Encoding.UTF8.GetString(actual));

    private static void Check(string name, string actual)
    {
        if (IsWriting)
        {
            File.WriteAllText(PathOf(name), actual);
        }

        Assert.Equal(File.ReadAllText(PathOf(name)), actual);
    }

    private static string PathOf(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Golden", name);
}
