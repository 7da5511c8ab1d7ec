namespace Signalbox.Tests.Configuration;

/// <summary>Files in the repository that the code generates. A test fails when they are stale; with SIGNALBOX_UPDATE=1 it writes them.</summary>
internal static class GeneratedFiles
{
    private static readonly string Root = FindRoot();

    public static string Read(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : "";

    public static void AssertCurrent(string name, string expected)
    {
        if (Environment.GetEnvironmentVariable("SIGNALBOX_UPDATE") == "1")
        {
            File.WriteAllText(PathOf(name), expected);
        }

        Assert.True(Read(name) == expected, $"{name} is not what the code generates; run this test with SIGNALBOX_UPDATE=1 and commit the file");
    }

    private static string PathOf(string name) => Path.Combine(Root, name);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Signalbox.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
