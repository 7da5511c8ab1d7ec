namespace Signalbox.Tests.Dialects.Gemini;

/// <summary>Files written by us beside these tests. With SIGNALBOX_GOLDEN=write they are written anew, to be read before they are committed.</summary>
internal static class GeminiGolden
{
    public static string Read(string name) => File.ReadAllText(PathOf(name));

    public static void Check(string name, string actual)
    {
        if (Environment.GetEnvironmentVariable("SIGNALBOX_GOLDEN") == "write")
        {
            File.WriteAllText(PathOf(name), actual);
        }

        Assert.Equal(Read(name), actual);
    }

    private static string PathOf(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var golden = Path.Combine(folder.FullName, "tests", "Signalbox.Tests", "Dialects", "Gemini", "Golden");
            if (Directory.Exists(golden))
            {
                return Path.Combine(golden, name);
            }
        }

        throw new DirectoryNotFoundException("The Golden folder is not above the test program.");
    }
}
