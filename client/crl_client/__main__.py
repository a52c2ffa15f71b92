from crl_client.cli import main

raise SystemExit(main())
