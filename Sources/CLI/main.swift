internal import DaybookPlatform

Host.exit(await Program.main())
