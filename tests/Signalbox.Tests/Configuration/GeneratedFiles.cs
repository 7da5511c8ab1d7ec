using Signalbox.Tests.Support;

namespace Signalbox.Tests.Configuration;

/// <summary>Files in the repository that the code generates. A test fails when they are stale; with SIGNALBOX_WRITE_DOCS=1 it writes them.</summary>
internal static class GeneratedFiles
{
    public static void AssertCurrent(string name, string expected)
    {
        var path = Path.Combine(Repository.Root, name);
        if (Environment.GetEnvironmentVariable("SIGNALBOX_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, expected);
        }

        var current = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(current == expected, $"{name} is not what the code generates; run this test with SIGNALBOX_WRITE_DOCS=1 and commit the file");
    }
}
