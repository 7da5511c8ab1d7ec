namespace Signalbox.Inference.Tests.Support;

/// <summary>Data beside the checkout that is not part of it; tests that need it are skipped where it is absent.</summary>
internal static class SharedData
{
    public static string Engine(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Signalbox.slnx")))
            {
                var path = Path.Combine(folder.Parent!.FullName, "shared", "engine", relative);
                Assert.SkipUnless(Path.Exists(path), $"{path} is not there");
                return path;
            }
        }

        Assert.Skip("the checkout was not found above the tests");
        return "";
    }
}
